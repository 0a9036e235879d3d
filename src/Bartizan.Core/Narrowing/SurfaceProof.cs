using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// What a manifest gives beside its rules: upstreams, credentials, what the sandbox shows of the host, limits, the
/// environment. Each of the first must stand in the second, or be less.
/// </summary>
internal sealed class SurfaceProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>Everything in which the first is more than the second.</summary>
    public IEnumerable<Excess> Find(Manifest a, Manifest b) =>
        [
            .. Environment(a, b),
            .. Models(a, b),
            .. Servers(a, b),
            .. Hosts(a, b),
            .. new DatabaseProof(nameOfFirst, nameOfSecond).Find(a, b),
            .. new GitProof(nameOfFirst, nameOfSecond).Find(a, b),
            .. Readers(a, b),
            .. new CodeProof(nameOfFirst, nameOfSecond).Find(a, b),
            .. Credentials(a, b),
            .. new ProviderProof(nameOfFirst, nameOfSecond).Find(a, b),
            .. Groups(a, b),
            .. Consultations(a, b),
            .. Flow(a, b),
            .. Targets(a, b),
            .. Confined(a.Trust, b.Trust),
            .. new DeclassifyProof(nameOfFirst, nameOfSecond).Find(a.Trust, b.Trust),
            .. new BudgetProof(nameOfFirst, nameOfSecond).Find(a, b),
            .. new CircuitProof(nameOfFirst, nameOfSecond).Find(a.Circuit, b.Circuit),
            .. new ServeProof(nameOfFirst, nameOfSecond).Find(a.Serve, b.Serve),
            .. new GuardProof(nameOfFirst, nameOfSecond).Find(a.Guards, b.Guards),
            .. new SandboxProof(nameOfFirst, nameOfSecond).Find(a.Run ?? new(), b.Run ?? new()),
        ];

    // Rules are compared with each under its own environment. What only development may do is no rule.
    private IEnumerable<Excess> Environment(Manifest a, Manifest b)
    {
        if (a.Environment == DeploymentEnvironment.Development && b.Environment != DeploymentEnvironment.Development)
        {
            yield return Certain(
                ExcessKind.Environment,
                $"{nameOfFirst} is in development and can be run with `--observe`, which lets what no rule mentions pass; "
                    + $"{nameOfSecond} is not"
            );
        }
    }

    // Asking one more can only deny more; one that isn't asked any more is a gain, whatever it would have said.
    private IEnumerable<Excess> Consultations(Manifest a, Manifest b)
    {
        var asked = a.Consultations.Select(one => one.Canonical).ToHashSet(StringComparer.Ordinal);
        foreach (var one in b.Consultations.Where(one => !asked.Contains(one.Canonical)))
        {
            yield return Certain(
                ExcessKind.Consultation,
                $"{nameOfSecond} asks {Shown(one.Url.AbsoluteUri)}, too ({one.Position}), and {nameOfFirst} doesn't ask the same there"
            );
        }
    }

    // A label more can only make a decision stricter, a sequence too; one of them less is a gain, unless it is the same in other words.
    private IEnumerable<Excess> Flow(Manifest a, Manifest b)
    {
        var held = LinesOf(a.Trust).ToHashSet(StringComparer.Ordinal);
        foreach (var line in LinesOf(b.Trust).Where(line => !held.Contains(line)))
        {
            yield return Certain(
                ExcessKind.Flow,
                $"{nameOfSecond} says {Shown(line)}, and {nameOfFirst} doesn't say the same there"
            );
        }
    }

    private static IEnumerable<string> LinesOf(TrustTerms terms) =>
        FlowTable.LinesOf(terms).Concat(StoreTable.LinesOf(terms));

    // One that is asked whatever it hits is stricter than one that names targets. Of two that name others neither is: an action that has
    // only what the one names would be asked by the other.
    private IEnumerable<Excess> Targets(Manifest a, Manifest b)
    {
        var held = FlowTable.ConsequentialOf(a.Trust).ToHashSet();
        foreach (var (line, targets) in FlowTable.ConsequentialOf(b.Trust).Where(one => one.Targets is not null))
        {
            if (!held.Contains((line, targets)) && !held.Contains((line, null)))
            {
                yield return Certain(
                    ExcessKind.Flow,
                    $"{nameOfSecond} says {Shown(line)} of a tainted session by {Shown(targets!)}, and {nameOfFirst} doesn't say the same there"
                );
            }
        }

        if (a.Trust.WordsAlways == true && b.Trust.WordsAlways != true)
        {
            yield return Certain(
                ExcessKind.Flow,
                $"{nameOfFirst} takes a user's words at any time, {nameOfSecond} only before something untrusted was read"
            );
        }
    }

    // One confinement more denies more; one is at least another when it lets out no host that the other keeps.
    private IEnumerable<Excess> Confined(TrustTerms a, TrustTerms b) =>
        b
            .Confined.Where(theirs => !a.Confined.Any(mine => mine.IsAtLeast(theirs)))
            .Select(theirs =>
                Certain(
                    ExcessKind.Flow,
                    $"{nameOfSecond} says {Shown(theirs.Canonical)}, and {nameOfFirst} may let out more"
                )
            );

    private IEnumerable<Excess> Models(Manifest a, Manifest b)
    {
        foreach (var (name, mine) in a.Models.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            if (!b.Models.TryGetValue(name, out var theirs))
            {
                yield return Certain(
                    ExcessKind.Model,
                    $"{nameOfFirst} has the upstream `{name}`, {nameOfSecond} has none of that name"
                );
                continue;
            }

            foreach (
                var (what, first, second) in new[]
                {
                    ("speaks", mine.Api.ToString(), theirs.Api.ToString()),
                    ("leads to", AddressesOf(mine), AddressesOf(theirs)),
                    ("lies in", mine.Place ?? "", theirs.Place ?? mine.Place ?? ""),
                    ("trusts the authority", mine.CertificateAuthority ?? "", theirs.CertificateAuthority ?? ""),
                    ("injects", mine.Credential ?? "", mine.Credential is null ? "" : theirs.Credential ?? ""),
                }
            )
            {
                if (first != second)
                {
                    yield return Certain(
                        ExcessKind.Model,
                        $"the upstream `{name}` {what} {Shown(first)} in {nameOfFirst} and {Shown(second)} in {nameOfSecond}"
                    );
                }
            }
        }
    }

    private static string AddressesOf(ModelUpstream upstream) =>
        string.Join(", ", upstream.Pool.Insert(0, upstream.Url).Select(url => url.AbsoluteUri));

    private IEnumerable<Excess> Servers(Manifest a, Manifest b)
    {
        if (b.PinsRequired && !a.PinsRequired)
        {
            yield return Certain(
                ExcessKind.Server,
                $"{nameOfFirst} uses tool servers that nobody has seen, {nameOfSecond} requires pins"
            );
        }

        foreach (var (name, mine) in a.Servers.Where(s => !s.Value.IsOwn).OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            if (!b.Servers.TryGetValue(name, out var theirs))
            {
                yield return Certain(
                    ExcessKind.Server,
                    $"{nameOfFirst} has the server `{name}`, {nameOfSecond} has none of that name"
                );
                continue;
            }

            foreach (
                var (what, first, second) in new[]
                {
                    ("leads to", PlaceOf(mine), PlaceOf(theirs)),
                    ("lies in", mine.Place ?? "", theirs.Place ?? mine.Place ?? ""),
                    ("reaches", Joined(mine.Egress), Joined(theirs.Egress)),
                    ("sees the workspace", $"{mine.Workspace}", $"{theirs.Workspace}"),
                    ("has the variables", Joined(mine.Variables), Joined(theirs.Variables)),
                    ("is given", Joined(mine.Credentials), Joined(theirs.Credentials)),
                    ("trusts the authority", mine.CertificateAuthority ?? "", theirs.CertificateAuthority ?? ""),
                    ("injects", mine.Credential ?? "", mine.Credential is null ? "" : theirs.Credential ?? ""),
                }
            )
            {
                if (first != second)
                {
                    yield return Certain(
                        ExcessKind.Server,
                        $"the server `{name}` {what} {Shown(first)} in {nameOfFirst} and {Shown(second)} in {nameOfSecond}"
                    );
                }
            }
        }
    }

    // Without an entry the system's authorities vouch for a host, all of them, as for every other, and its cookies pass.
    private IEnumerable<Excess> Hosts(Manifest a, Manifest b)
    {
        foreach (var (name, theirs) in b.Hosts.OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            if (
                theirs.CertificateAuthority is { } only
                && a.Hosts.GetValueOrDefault(name)?.CertificateAuthority is null
            )
            {
                yield return Certain(
                    ExcessKind.Host,
                    $"{nameOfFirst} trusts every authority of the system for `{name}`, and {nameOfSecond} only {Shown(only)}"
                );
            }

            if (theirs.KeepsCookies && a.Hosts.GetValueOrDefault(name)?.KeepsCookies != true)
            {
                yield return Certain(
                    ExcessKind.Host,
                    $"{nameOfSecond} keeps the cookies of `{name}` outside the sandbox, and {nameOfFirst} doesn't"
                );
            }
        }

        foreach (var (name, mine) in a.Hosts.OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            if (
                mine.CertificateAuthority is { } trusted
                && b.Hosts.GetValueOrDefault(name)?.CertificateAuthority != trusted
            )
            {
                yield return Certain(
                    ExcessKind.Host,
                    $"{nameOfFirst} trusts the authority {Shown(trusted)} for `{name}`, and {nameOfSecond} doesn't"
                );
            }
        }
    }

    // What a reader gives is what its source says, without the source's taint: another one, or another shape, is a way of its own.
    private IEnumerable<Excess> Readers(Manifest a, Manifest b)
    {
        var known = b.Servers.Values.SelectMany(server => server.Readers).ToDictionary(StringComparer.Ordinal);
        foreach (var (name, mine) in a.Servers.Values.SelectMany(server => server.Readers))
        {
            if (!known.TryGetValue(name, out var theirs))
            {
                yield return Certain(
                    ExcessKind.Flow,
                    $"{nameOfFirst} has the reader `{name}`, {nameOfSecond} has none of that name"
                );
            }
            else if (mine.Canonical != theirs.Canonical)
            {
                yield return Certain(
                    ExcessKind.Flow,
                    $"the reader `{name}` is {Shown(mine.Canonical)} in {nameOfFirst} and {Shown(theirs.Canonical)} in {nameOfSecond}"
                );
            }
        }
    }

    private static string PlaceOf(ToolServer server) => server.Url?.AbsoluteUri ?? Joined(server.Command);

    private static string Joined<T>(IEnumerable<T> parts) => string.Join(' ', parts);

    // Where a credential comes from is part of which one it is; its value is never read.
    private IEnumerable<Excess> Credentials(Manifest a, Manifest b)
    {
        foreach (var (name, mine) in a.Credentials.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            if (!b.Credentials.TryGetValue(name, out var theirs))
            {
                yield return Certain(
                    ExcessKind.Credential,
                    $"{nameOfFirst} has the credential `{name}`, {nameOfSecond} has none of that name"
                );
            }
            else if (
                (mine.Origin, mine.Locator) != (theirs.Origin, theirs.Locator)
                || IssuedProof.AsksForMore(a, mine, theirs)
            )
            {
                yield return Certain(
                    ExcessKind.Credential,
                    $"the credential `{name}` comes from elsewhere in {nameOfFirst} than in {nameOfSecond}"
                );
            }
            else if (mine.Origin == CredentialOrigin.Identity && a.Agent != b.Agent)
            {
                yield return Certain(
                    ExcessKind.Credential,
                    $"the credential `{name}` says that the agent is `{a.Agent}` in {nameOfFirst} and `{b.Agent}` in {nameOfSecond}"
                );
            }
            else if (Lasting(mine, a).OutlivesItself(Lasting(theirs, b)))
            {
                yield return Certain(
                    ExcessKind.Credential,
                    $"a lease of the credential `{name}` lasts longer in {nameOfFirst} than in {nameOfSecond}"
                );
            }
            else if (mine.Place != theirs.Place)
            {
                yield return Certain(
                    ExcessKind.Credential,
                    $"the credential `{name}` goes into {Shown(mine.Place.Canonical)} in {nameOfFirst} and into {Shown(theirs.Place.Canonical)} in {nameOfSecond}"
                );
            }
            else if (mine.Variable is { } variable && variable != theirs.Variable)
            {
                yield return Certain(
                    ExcessKind.Credential,
                    $"{nameOfFirst} gives the agent a placeholder of the credential `{name}` as `{variable}`, {nameOfSecond} doesn't"
                );
            }
        }
    }

    // The shortest time of all fields of a lease counts for each.
    private static CredentialSource Lasting(CredentialSource source, Manifest manifest) =>
        source with
        {
            Ttl = SharedLease.TtlOf(source, manifest.Credentials.Values),
        };

    // Who may approve, and whom a condition means by a group.
    private IEnumerable<Excess> Groups(Manifest a, Manifest b)
    {
        foreach (var (name, people) in a.Groups.OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var known = b.Groups.GetValueOrDefault(name, []);
            foreach (var person in people.Where(p => !known.Contains(p, StringComparer.Ordinal)))
            {
                yield return Certain(
                    ExcessKind.Approval,
                    $"{Shown(person)} is in the group `{name}` of {nameOfFirst} and not of {nameOfSecond}"
                );
            }
        }
    }

    private static string Shown(string text) => text.Length == 0 ? "nothing named" : $"`{Policies.Policy.Shown(text)}`";

    private static Excess Certain(ExcessKind kind, string says) => new(kind, says) { IsCertain = true };
}
