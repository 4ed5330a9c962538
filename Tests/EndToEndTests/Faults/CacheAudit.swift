import Foundation
import Hashing
import RoostCore
import SystemPackage

/// Looks for what must never be in a Hub cache: a final name with other bytes than it promises, and anything where nothing belongs.
struct CacheAudit {
    let cache: FilePath

    init(_ cache: FilePath) { self.cache = cache }

    /// What is wrong: all bytes are read and hashed for that, or only names looked at.
    func problems(readingAll: Bool) -> [String] {
        guard let names = FileManager.default.enumerator(atPath: cache.string) else { return [] }
        return names.compactMap { $0 as? String }.compactMap { readingAll ? problem(of: $0) : misplaced($0) }
    }

    /// `models--acme--x/blobs/<hex>`, `snapshots/<commit>/<path>`, `refs/main` and the rest of the layout; nothing else.
    private func misplaced(_ name: String) -> String? {
        let parts = name.split(separator: "/").map(String.init)
        if parts[0] == "CACHEDIR.TAG" || parts[0] == ".locks" || parts.count == 1 && parts[0].hasPrefix("models--acme--") { return nil }
        let isOurs = parts[1].hasPrefix(".roost-") && parts[1].hasSuffix(".tmp")
        let isKnown = parts[0].hasPrefix("models--acme--") && (isOurs || ["blobs", "snapshots", "refs", "trees", ".no_exist"].contains(parts[1]))
        if name.contains("escaped") { return "\(name) was planted" }
        return isKnown ? nil : "\(name) does not belong into the cache"
    }

    private func problem(of name: String) -> String? {
        if let problem = misplaced(name) { return problem }
        let path = cache.appending(name)
        let isTemporary = name.hasSuffix(".roost.incomplete") || path.lastComponent?.string.hasPrefix(".roost-") == true
        guard name.contains("/blobs/") || name.contains("/snapshots/"), !isTemporary else { return nil }
        var isFolder: ObjCBool = false
        // A file that was replaced since it was listed has nothing to say.
        guard FileManager.default.fileExists(atPath: path.string, isDirectory: &isFolder) else {
            return (try? path.stat(followTargetSymlink: false)) == nil ? nil : "\(name) leads nowhere"
        }
        if isFolder.boolValue { return nil }
        let final = FilePath(URL(fileURLWithPath: path.string).resolvingSymlinksInPath().path)
        let promised = final.lastComponent?.string ?? ""
        let found = promised.utf8.count == 40 ? try? gitSHA1(of: final) : try? sha256(of: final)
        return found == promised ? nil : "\(name) has the digest \(found ?? "of nothing")"
    }

    private func gitSHA1(of path: FilePath) throws -> String {
        let content = try Data(contentsOf: URL(fileURLWithPath: path.string))
        return SHA1.hash(data: Data("blob \(content.count)\0".utf8) + content).hexadecimal
    }
}
