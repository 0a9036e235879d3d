using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Manifests;

namespace Bartizan.Core.Tests.Policies;

public sealed class PolicyTests
{
    private static readonly DateTimeOffset _now = new(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_a_rule_names_is_allowed_and_says_by_which_rule()
    {
        var decision = Example().Screen(new ModelTarget("anthropic", "claude-sonnet-4-5"), _now);

        decision.Effect.ShouldBe(Effect.Allow);
        decision.Rules.ShouldHaveSingleItem().Text.ShouldBe("allow: model anthropic/claude-*");
    }

    [Fact]
    public void What_no_rule_names_is_denied_and_says_which_rule_would_allow_it()
    {
        var decision = Example().Screen(new ConnectTarget(Host("evil.example"), 443), _now);

        decision.Effect.ShouldBe(Effect.Deny);
        decision.Needed.ShouldBe("allow: connect evil.example:443");
        decision.Reason.ShouldBe("no rule of the manifest allows `connect evil.example:443`");
    }

    [Fact]
    public void The_floor_denies_what_the_manifest_allows()
    {
        var decision = Example().Screen(new FileTarget(Verb.Read, "workspace/deploy/.env"), _now);

        decision.Effect.ShouldBe(Effect.Deny);
        decision.Rules.ShouldHaveSingleItem().Layer.ShouldBe("baseline floor");
        decision.Needed.ShouldBeNull();
    }

    [Fact]
    public void An_https_rule_of_a_whole_host_means_its_tunnel()
    {
        Example().Screen(new ConnectTarget(Host("packages.example.com"), 443), _now).Effect.ShouldBe(Effect.Allow);
        Example().Screen(new ConnectTarget(Host("packages.example.com"), 8443), _now).Effect.ShouldBe(Effect.Deny);
        Example().Screen(new ConnectTarget(Host("api.github.com"), 443), _now).Effect.ShouldBe(Effect.Ask);
    }

    private static HostName Host(string text) =>
        IPAddress.TryParse(text, out var address) ? HostName.FromAddress(address)
        : HostName.TryParse(text, out var host, out var problem) ? host
        : throw new ArgumentException(problem, nameof(text));

    private static Policy Example()
    {
        var load = Repository.LoadFile(Repository.PathOf("examples", "claude-code.yaml"));
        return Policy.Compile(load.Manifest!);
    }
}
