import DurableFiles
import Foundation
import HubClient
package import RoostAPI
import RoostCore
import SystemPackage

extension CacheCleaner {
    /// Removes old files of unfinished conversions and, on demand, models converted from commits without a branch or
    /// tag.
    func collectConversions(_ options: CollectOptions, _ report: inout CacheCleanup) throws {
        for repository in receipts.repositories() {
            let conversions = receipts.conversions(of: repository)
            guard !conversions.isEmpty, reasonToKeep(repository) == nil else { continue }
            let refs = Set(try cache.repository(repository).refs().values)
            for conversion in conversions {
                // If no branch or tag is known, no commit counts as superseded.
                if options.includesRevisions, !refs.isEmpty, !refs.contains(conversion.commit) {
                    try removeSuperseded(conversion, &report)
                } else {
                    try removeLeftovers(of: conversion, olderThan: options.minimumAge, &report)
                }
            }
        }
    }

    /// Removes a converted model, or only reports it in a dry run.
    package func remove(_ conversion: ConversionFolder, as kind: CacheCleanup.Kind = .conversion, _ report: inout CacheCleanup) throws {
        let bytes = try conversion.allocatedBytes()
        if try report.isDryRun ? !conversion.isBeingMade() : conversion.remove() {
            report.note(kind, cache.relative(conversion.path), bytes: bytes)
        } else {
            report.kept.append(.init(path: cache.relative(conversion.path), reason: "it is being converted"))
        }
    }

    private func removeSuperseded(_ conversion: ConversionFolder, _ report: inout CacheCleanup) throws {
        guard !snapshotsInUse.contains(conversion.path.removingLastComponent()) else {
            return report.kept.append(.init(path: cache.relative(conversion.path), reason: "an engine uses it"))
        }
        try remove(conversion, &report)
    }

    private func removeLeftovers(of conversion: ConversionFolder, olderThan minimumAge: TimeInterval, _ report: inout CacheCleanup) throws {
        guard FileSystem.size(of: conversion.modelFile) != nil else {
            guard try now.timeIntervalSince(conversion.modified()) >= minimumAge else { return }
            return try remove(conversion, as: .partial, &report)
        }
        for path in try conversion.leftovers() {
            guard let stat = try? path.stat(followTargetSymlink: false), now.timeIntervalSince(stat.modified) >= minimumAge else { continue }
            let bytes = stat.sizeAllocated
            let isFree = try report.isDryRun ? !conversion.isBeingMade() : conversion.lock.holdingIfFree { try FileSystem.remove(path) } != nil
            if isFree {
                report.note(.partial, cache.relative(path), bytes: bytes)
            } else {
                report.kept.append(.init(path: cache.relative(path), reason: "a process is at work on it"))
            }
        }
    }
}
