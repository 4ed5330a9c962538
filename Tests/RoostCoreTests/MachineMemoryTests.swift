import Testing

@testable import RoostCore

@Suite struct MachineMemoryTests {
    private static let machine = "MemTotal:  32000 kB\nMemFree: 1000 kB\nMemAvailable:   16384 kB\n"
    private static let mounts = """
        22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:7 - cgroup cgroup rw,memory
        33 31 0:30 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
        """

    private func available(_ files: [String: String]) -> Int64 {
        MachineMemory.available(physical: 1 << 30) { (["/proc/meminfo": Self.machine].merging(files) { $1 })[$0] }
    }

    @Test func `the available memory is that of the machine where no group has a limit`() {
        #expect(available([:]) == 16384 * 1024)
        #expect(MachineMemory.available(physical: 1 << 30, read: { _ in nil }) == 3 << 28)
        #expect(
            available([
                "/proc/self/cgroup": "4:memory:/job\n0::/\n", "/proc/self/mountinfo": Self.mounts,
                "/sys/fs/cgroup/memory/job/memory.limit_in_bytes": "9223372036854771712\n",
                "/sys/fs/cgroup/memory/job/memory.usage_in_bytes": "5000\n", "/sys/fs/cgroup/unified/memory.max": "max\n",
            ]) == 16384 * 1024)
    }

    @Test func `version 1: the tightest group from the process's own up to the root counts, and files in memory are free`() {
        let files = [
            "/proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/a/b\n0::/\n", "/proc/self/mountinfo": Self.mounts,
            "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "8000000\n", "/sys/fs/cgroup/memory/a/memory.usage_in_bytes": "3000000\n",
            "/sys/fs/cgroup/memory/a/memory.stat": "cache 9\nrss 5\ntotal_inactive_file 500000\ntotal_active_file 500000\ninactive_file 7\n",
            "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "9000000\n", "/sys/fs/cgroup/memory/a/b/memory.usage_in_bytes": "1000000\n",
        ]
        #expect(available(files) == 6_000_000)
    }

    @Test func `version 2: max and high are limits, and a container's group is the mount itself`() {
        let mounts = "41 31 0:38 /docker/c1 /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n"
        var files = [
            "/proc/self/cgroup": "0::/docker/c1/svc\n", "/proc/self/mountinfo": mounts, "/sys/fs/cgroup/memory.max": "10000000\n",
            "/sys/fs/cgroup/memory.current": "2000000\n", "/sys/fs/cgroup/memory.stat": "anon 1\ninactive_file 1500000\nactive_file 9000000\n",
            "/sys/fs/cgroup/svc/memory.max": "max\n", "/sys/fs/cgroup/svc/memory.high": "7000000\n", "/sys/fs/cgroup/svc/memory.current": "1000000\n",
        ]
        #expect(available(files) == 6_000_000)
        // Not more is freed than is used.
        files["/sys/fs/cgroup/svc/memory.high"] = nil
        #expect(available(files) == 10_000_000)
        // The path of a group outside of what is mounted.
        files["/proc/self/cgroup"] = "0::/../../other\n"
        #expect(available(files) == 10_000_000)
    }

    @Test func `a group that is over its limit leaves nothing, and texts of any kind are no limit`() {
        var files = [
            "/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n",
            "/sys/fs/cgroup/memory.max": "1000\n", "/sys/fs/cgroup/memory.current": "5000\n",
        ]
        #expect(available(files) == 0)
        for text in ["", "-5", "many", "99999999999999999999", "\n\n"] {
            files["/sys/fs/cgroup/memory.max"] = text
            #expect(available(files) == 16384 * 1024, "\(text)")
        }
        files["/proc/self/mountinfo"] = "x - cgroup2\n- - -\n"
        #expect(available(files) == 16384 * 1024)
    }

    @Test func `the kernel's table is read`() {
        #expect(MachineMemory.available(in: "MemTotal:  100 kB\nMemFree: 1 kB\nMemAvailable:   2048 kB\n") == 2_097_152)
        #expect(MachineMemory.available(in: "MemTotal: 100 kB") == nil)
    }

    @Test func `this machine has memory`() { #expect(MachineMemory.availableBytes > 0) }
}
