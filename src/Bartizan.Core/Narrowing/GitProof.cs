using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>Compares the Git hosts of two manifests: where they lead, whom they are, and what opens them.</summary>
internal sealed class GitProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>Everything in which the first is more than the second.</summary>
    public IEnumerable<Excess> Find(Manifest a, Manifest b)
    {
        foreach (var (name, mine) in a.Git.OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            if (!b.Git.TryGetValue(name, out var theirs))
            {
                yield return Certain($"{nameOfFirst} has the Git host `{name}`, {nameOfSecond} has none of that name");
                continue;
            }

            var place = theirs.Place ?? mine.Place;
            foreach (
                var (what, first, second) in new[]
                {
                    ("leads to", mine.Url.OriginalString, theirs.Url.OriginalString),
                    ("is known by", mine.HostKey, theirs.HostKey),
                    ("is opened by", mine.Credential, theirs.Credential),
                    ("lies in", mine.Place ?? "", place ?? ""),
                }
            )
            {
                if (!string.Equals(first, second, StringComparison.Ordinal))
                {
                    yield return Certain(
                        $"the Git host `{name}` {what} {Shown(first)} in {nameOfFirst} and {Shown(second)} in {nameOfSecond}"
                    );
                }
            }
        }
    }

    private static string Shown(string text) => text.Length == 0 ? "nothing named" : $"`{Policies.Policy.Shown(text)}`";

    private static Excess Certain(string says) => new(ExcessKind.Server, says) { IsCertain = true };
}
