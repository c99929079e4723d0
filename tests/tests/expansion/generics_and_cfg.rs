#[cfg(unix)]
#[daemon(log = "/var/log/of.log")]
impl<T: Clone, const N: usize> Of<T, N>
where
    T: Default + 'static,
{
    #[cfg(feature = "files")]
    #[setup]
    fn open(cx: &Context) -> Result<Self> {
        Self::read(cx)
    }

    #[cfg(target_os = "linux")]
    #[execute]
    fn linux(&mut self) {}

    #[cfg(not(target_os = "linux"))]
    #[execute]
    fn other(&mut self) {}

    fn read(_: &Context) -> Result<Self> {
        Ok(Self::default())
    }
}
