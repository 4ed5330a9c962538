import DurableFiles
import Foundation
import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct FileLockTests {
    @Test func `who asks for a lock makes none, and does not see others who ask`() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending("locks/x.lock")
            let lock = FileLock(path)
            #expect(try !lock.isHeld() && FileSystem.size(of: path) == nil)
            let inside = try lock.holdingIfFree { (held: try lock.isHeld(), other: try lock.holdingIfFree {} == nil) }
            #expect(inside?.held == true && inside?.other == true)
            #expect(try !lock.isHeld())
            // Another one who asks, at this moment.
            let asking = try FileDescriptor.open(path, .readOnly)
            #expect(flock(asking.rawValue, LOCK_SH | LOCK_NB) == 0)
            #expect(try !lock.isHeld())
            try asking.close()
        }
    }

    @Test func `a lock that is held is waited for with the caller's time`() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending("x.lock")
            let holder = try FileDescriptor.open(path, .readWrite, options: [.create], permissions: .ownerReadWrite)
            #expect(try FileSystem.lock(holder, path))
            var time = TimeSource()
            time.sleep = { pause in
                #expect(pause == .milliseconds(200))
                try holder.close()
            }
            #expect(try await FileLock(path).holding(time: time, logger: .silent) { 7 } == 7)
        }
    }
}
