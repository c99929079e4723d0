//! The key `workers`: none, one, several, by path.

use daemon_core::prelude::*;

mod other {
    use daemon_core::prelude::*;

    #[derive(Default)]
    pub struct Thing;

    #[worker]
    impl Thing {
        #[call]
        pub fn touch(&mut self) -> Result<()> {
            Ok(())
        }
    }
}

use other::Thing;

#[derive(Default)]
struct None;

#[daemon(workers = [])]
impl None {}

#[derive(Default)]
struct One;

#[daemon(workers = [Thing])]
impl One {
    #[on(init)]
    fn touch(&self, cx: &Context) -> Result<()> {
        cx.call(Thing::touch, ())?;
        Ok(())
    }
}

#[derive(Default)]
struct ByPath;

#[daemon(workers = [crate::other::Thing,], interval = "1h")]
impl ByPath {
    #[execute]
    fn nothing(&self) {}
}

fn main() {
    let _: [fn() -> ExitCode; 3] = [None::main, One::main, ByPath::main];
}
