using System.Collections.Immutable;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Manifests;

/// <summary>Which certificates of callers are taken, and whose they are.</summary>
/// <param name="Authority">A PEM file with the authorities that vouch for them; the host's own count for nothing.</param>
/// <param name="Names">Who calls, by the name that they are known by: what their certificate has.</param>
public sealed record CertificateTerms(string Authority, ImmutableSortedDictionary<string, CertificateMark> Names)
{
    /// <summary>All of it, part by part.</summary>
    internal IEnumerable<string> Canonical =>
        [Authority, .. Names.SelectMany(one => new[] { one.Key, one.Value.ToString() })];
}
