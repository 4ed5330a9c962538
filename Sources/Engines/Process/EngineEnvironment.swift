import Foundation

/// The environment of engines and their guards: an allowlist of the variables that programs, loaders and GPU drivers
/// need.
///
/// An engine needs no credentials and no network. So it receives neither the tokens nor the proxies of Roost's own
/// environment, and no variables that change its command line (`LLAMA_ARG_…`).
enum EngineEnvironment {
    private static let names: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
        "XDG_DATA_DIRS", "XDG_RUNTIME_DIR", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "GLIBC_TUNABLES",
        "DRI_PRIME", "DISPLAY", "WAYLAND_DISPLAY",
    ]

    /// Prefixes of variables: locale, memory, OpenMP and BLAS, llama.cpp's library, and the GPU drivers of each vendor.
    private static let prefixes = [
        "LC_", "MALLOC_", "OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "BLIS_", "GGML_", "CUDA_", "NVIDIA_", "HIP_", "HSA_", "ROCR_", "ROCM_",
        "AMD_",
        "GPU_", "VK_", "MESA_", "RADV_", "ONEAPI_", "SYCL_", "ZE_", "ZES_", "UR_", "METAL_", "MTL_",
    ]

    /// The turns of a thread that waits for another before it sleeps: a few microseconds.
    private static let shortSpin = "1000"

    /// The environment of engines, derived from that of this process.
    static var ofThisProcess: [String: String] { of(ProcessInfo.processInfo.environment) }

    /// Returns the environment of an engine.
    ///
    /// - Parameter inherited: Roost's environment.
    /// - Returns: All variables of the engine.
    static func of(_ inherited: [String: String]) -> [String: String] {
        var environment = inherited.filter { isPassedOn($0.key) }
        // Threads that always spin while they wait for each other are very slow when cores are shared, and ones that always
        // sleep generate at a third of the speed on idle cores. A short spin, which GCC's OpenMP can do, is right for both.
        environment["OMP_WAIT_POLICY"] = "passive"
        environment["GOMP_SPINCOUNT"] = inherited["GOMP_SPINCOUNT"] ?? shortSpin
        // The backtrace of an abort() would start a debugger if one is installed.
        environment["GGML_NO_BACKTRACE"] = "1"
        return environment
    }

    private static func isPassedOn(_ name: String) -> Bool {
        guard !["TOKEN", "SECRET", "PASSWORD", "API_KEY", "CREDENTIAL"].contains(where: name.uppercased().contains) else { return false }
        return names.contains(name) || prefixes.contains(where: name.hasPrefix)
    }
}
