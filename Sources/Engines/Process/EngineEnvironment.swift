import Foundation

/// The environment that engines and their guards get: what programs, loaders and GPU drivers need, by name, and nothing else.
///
/// An engine needs no credential and no network, so it gets neither the tokens nor the proxies of Roost's own environment, nor variables that would
/// change its command line (`LLAMA_ARG_…`).
enum EngineEnvironment {
    private static let names: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
        "XDG_DATA_DIRS", "XDG_RUNTIME_DIR", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "GLIBC_TUNABLES",
        "DRI_PRIME", "DISPLAY", "WAYLAND_DISPLAY",
    ]

    /// Families of variables: locale, memory, OpenMP and BLAS, llama.cpp's library, and each maker's GPU drivers.
    private static let prefixes = [
        "LC_", "MALLOC_", "OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "BLIS_", "GGML_", "CUDA_", "NVIDIA_", "HIP_", "HSA_", "ROCR_", "ROCM_",
        "AMD_",
        "GPU_", "VK_", "MESA_", "RADV_", "ONEAPI_", "SYCL_", "ZE_", "ZES_", "UR_", "METAL_", "MTL_",
    ]

    /// What engines get of the environment of this process.
    static var ofThisProcess: [String: String] { of(ProcessInfo.processInfo.environment) }

    /// The environment of an engine.
    ///
    /// - Parameter inherited: Roost's own.
    /// - Returns: All variables that the engine has.
    static func of(_ inherited: [String: String]) -> [String: String] {
        var environment = inherited.filter { isPassedOn($0.key) }
        // OpenMP's spinning threads collapse when cores are shared; a backtrace of an abort() starts a debugger where one is installed.
        environment["OMP_WAIT_POLICY"] = "passive"
        environment["GGML_NO_BACKTRACE"] = "1"
        return environment
    }

    private static func isPassedOn(_ name: String) -> Bool {
        guard !["TOKEN", "SECRET", "PASSWORD", "API_KEY", "CREDENTIAL"].contains(where: name.uppercased().contains) else { return false }
        return names.contains(name) || prefixes.contains(where: name.hasPrefix)
    }
}
