//! Generics, `#[cfg]`, raw identifiers, inside of a function and of `macro_rules!`.

use daemon_core::prelude::*;

struct Of<T, const N: usize>([T; N]);

/// Has generics and a where clause.
#[daemon]
impl<T: Clone, const N: usize> Of<T, N>
where
    T: Default + 'static,
{
    #[setup]
    fn open() -> Self {
        Self(std::array::from_fn(|_| T::default()))
    }

    #[execute]
    fn beat(&mut self) {
        let _ = self.0.clone();
    }
}

#[derive(Default)]
struct r#Beats;

#[daemon(name = "beats")]
impl r#Beats {
    #[cfg(unix)]
    #[execute]
    fn r#loop(&mut self) {}

    #[cfg(not(unix))]
    #[execute]
    fn other(&mut self) {}

    #[cfg(not(unix))]
    #[setup]
    fn open() -> Self {
        Self
    }
}

macro_rules! beats {
    (
        $name:ident, $of:ty, $interval:expr, $period:literal, $limit:expr, $policy:ident, $signal:ident, $result:ty,
        $body:block, $(#[$meta:meta])*
    ) => {
        #[derive(Default)]
        struct $name;

        #[daemon(interval = $interval, jitter = $period, deadline = $limit, on_error = $policy)]
        impl $of {
            #[execute]
            fn work(&mut self) {}

            #[every($interval, jitter = $period, deadline = $limit)]
            #[on(signal = $signal, on_error = $policy)]
            $(#[$meta])*
            fn beat(&mut self, spec: &Context) -> $result {
                let _ = spec;
                $body
            }
        }
    };
}

beats!(Made, Made, "1s", "1ms", Duration::from_secs(60), log, USR2, Result<()>, { Ok(()) }, #[on(idle)] #[inline]);

fn run() -> ExitCode {
    #[derive(Default)]
    struct Inside;

    #[daemon]
    impl Inside {}

    let _: [fn() -> ExitCode; 2] = [Made::main, Of::<u8, 3>::main];
    Inside::main()
}

const _: fn() -> ExitCode = run;

fn main() {
    let _: fn() -> ExitCode = Beats::main;
}
