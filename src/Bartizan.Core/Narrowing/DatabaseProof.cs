using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>Compares the databases of two manifests: where they lead, who makes roles there, and for how long.</summary>
internal sealed class DatabaseProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>Everything in which the first is more than the second.</summary>
    public IEnumerable<Excess> Find(Manifest a, Manifest b)
    {
        foreach (var (name, mine) in a.Databases.OrderBy(d => d.Key, StringComparer.Ordinal))
        {
            if (!b.Databases.TryGetValue(name, out var theirs))
            {
                yield return Certain($"{nameOfFirst} has the database `{name}`, {nameOfSecond} has none of that name");
                continue;
            }

            var place = theirs.Place ?? mine.Place;
            foreach (
                var (what, isMore, first, second) in new[]
                {
                    (
                        "leads to",
                        // Two addresses with other users are equal to Uri; the user is the role that makes roles.
                        !string.Equals(mine.Url.OriginalString, theirs.Url.OriginalString, StringComparison.Ordinal),
                        mine.Url.OriginalString,
                        theirs.Url.OriginalString
                    ),
                    ("lies in", mine.Place != place, mine.Place ?? "", place ?? ""),
                    ("makes roles by", mine.Credential != theirs.Credential, mine.Credential, theirs.Credential),
                    (
                        "trusts the authority",
                        mine.CertificateAuthority != theirs.CertificateAuthority,
                        mine.CertificateAuthority ?? "",
                        theirs.CertificateAuthority ?? ""
                    ),
                    ("lends for", mine.Ttl > theirs.Ttl, $"{mine.Ttl}", $"{theirs.Ttl}"),
                    ("lends for at most", mine.MaxTtl > theirs.MaxTtl, $"{mine.MaxTtl}", $"{theirs.MaxTtl}"),
                }
            )
            {
                if (isMore)
                {
                    yield return Certain(
                        $"the database `{name}` {what} {Shown(first)} in {nameOfFirst} and {Shown(second)} in {nameOfSecond}"
                    );
                }
            }
        }
    }

    private static string Shown(string text) => text.Length == 0 ? "nothing named" : $"`{Policies.Policy.Shown(text)}`";

    private static Excess Certain(string says) => new(ExcessKind.Server, says) { IsCertain = true };
}
