using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>Compares the providers of two manifests: where they lead, and as whom they are signed in to.</summary>
internal sealed class ProviderProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>Everything in which the first is more than the second.</summary>
    public IEnumerable<Excess> Find(Manifest a, Manifest b)
    {
        foreach (var (name, mine) in a.Providers.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (!b.Providers.TryGetValue(name, out var theirs))
            {
                yield return Certain($"{nameOfFirst} has the provider `{name}`, {nameOfSecond} has none of that name");
                continue;
            }

            foreach (
                var (what, first, second) in new[]
                {
                    ("is a", $"{mine.Kind}", $"{theirs.Kind}"),
                    ("leads to", mine.Url.AbsoluteUri, theirs.Url.AbsoluteUri),
                    ("is signed in to with", mine.Credential, theirs.Credential),
                    ("is signed in to by", $"{mine.Auth} {mine.Mount}", $"{theirs.Auth} {theirs.Mount}"),
                    ("is signed in to as", mine.Role, theirs.Role),
                    ("has the namespace", mine.Namespace ?? "", theirs.Namespace ?? ""),
                    ("is told", Joined(mine), Joined(theirs)),
                    ("trusts the authority", mine.CertificateAuthority ?? "", theirs.CertificateAuthority ?? ""),
                }
            )
            {
                if (first != second)
                {
                    yield return Certain(
                        $"the provider `{name}` {what} {Shown(first)} in {nameOfFirst} and {Shown(second)} in {nameOfSecond}"
                    );
                }
            }
        }
    }

    private static string Joined(CredentialProvider provider) =>
        string.Join(", ", provider.Settings.Select(one => $"{one.Key}: {one.Value}"));

    private static string Shown(string text) => text.Length == 0 ? "nothing named" : $"`{Policies.Policy.Shown(text)}`";

    private static Excess Certain(string says) => new(ExcessKind.Credential, says) { IsCertain = true };
}
