using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Flow;

/// <summary>Hosts and tool servers are sinks as models are, where a label is confined to places of theirs.</summary>
public sealed class HostPlaceTests
{
    private const string Hosts = """
          hosts:
            - { host: "*.corp.example", place: ours }
            - { host: "api.eu.example:443", place: eu }
            - { host: "leaky.corp.example", place: us }
            - { host: 10.0.0.7, place: ours }
        """;

    private const string Confined = Hosts + "\n  places: { private: { hosts: [ours, eu] } }";

    [Theory]
    [InlineData("https://wiki.corp.example/", true)]
    [InlineData("https://wiki.corp.example:8443/", true)]
    [InlineData("https://api.eu.example/", true)]
    [InlineData("https://api.eu.example:8443/", false)]
    [InlineData("https://leaky.corp.example/", false)]
    [InlineData("https://a.wiki.corp.example/", false)]
    [InlineData("https://corp.example/", false)]
    [InlineData("https://wiki.corp.example.evil.example/", false)]
    [InlineData("https://evilcorp.example/", false)]
    [InlineData("https://other.example/", false)]
    [InlineData("https://10.0.0.7/", true)]
    [InlineData("https://10.0.0.8/", false)]
    [InlineData("https://[fd00::9]/", false)]
    public void What_is_private_reaches_hosts_in_its_places_only_by_request_and_by_tunnel(string url, bool isReached)
    {
        var policy = Policy.Compile(Load(Confined));
        var uri = new Uri(url);
        HostName.TryParse(uri.Host.Trim('[', ']'), out var host, out _).ShouldBeTrue();
        foreach (
            var target in (ActionTarget[])
                [
                    new HttpTarget("POST", "https", host, uri.Port, "/in"),
                    new HttpTarget("GET", "http", host, uri.Port, "/"),
                    new ConnectTarget(host, uri.Port),
                ]
        )
        {
            EffectOf(policy, target, Labels.None).ShouldBe(Effect.Allow);
            EffectOf(policy, target, Labels.Untrusted).ShouldBe(Effect.Allow);
            EffectOf(policy, target, Labels.Private).ShouldBe(isReached ? Effect.Allow : Effect.Deny);
            EffectOf(policy, target, null).ShouldBe(isReached ? Effect.Allow : Effect.Deny);
        }
    }

    [Fact]
    public void A_list_means_models_and_leaves_hosts_alone_but_for_the_addresses_of_those_models()
    {
        var policy = Policy.Compile(Load(Hosts + "\n  places: { private: [ours] }"));

        EffectOf(policy, Tunnel("other.example", 443), Labels.Private).ShouldBe(Effect.Allow);
        EffectOf(policy, new ToolTarget("vendor", "save"), Labels.Private).ShouldBe(Effect.Allow);

        // A model that may not be told is no host that may be: not by a tunnel, not by a request.
        EffectOf(policy, new ModelTarget("far", "far-1"), Labels.Private).ShouldBe(Effect.Deny);
        EffectOf(policy, Tunnel("far.example", 443), Labels.Private).ShouldBe(Effect.Deny);
        EffectOf(policy, Tunnel("pool.far.example", 8443), Labels.Private).ShouldBe(Effect.Deny);
        EffectOf(policy, Request("far.example"), Labels.Private).ShouldBe(Effect.Deny);
        EffectOf(policy, Request("far.example"), Labels.None).ShouldBe(Effect.Allow);
        EffectOf(policy, Tunnel("here.example", 443), Labels.Private).ShouldBe(Effect.Allow);
    }

    [Theory]
    [InlineData("vendor", false)]
    [InlineData("nowhere", false)]
    [InlineData("ours", true)]
    [InlineData("offline", true)]
    [InlineData("talker", false)]
    [InlineData("mixed", false)]
    [InlineData("inside", true)]
    [InlineData("starred", false)]
    [InlineData("wild", false)]
    public void What_is_private_reaches_servers_in_its_places_whose_own_ways_out_are_too(string server, bool isReached)
    {
        var policy = Policy.Compile(Load(Hosts + "\n  places: { private: { servers: [ours] } }"));
        var target = new ToolTarget(server, "save");

        EffectOf(policy, target, Labels.None).ShouldBe(Effect.Allow);
        EffectOf(policy, target, Labels.Private).ShouldBe(isReached ? Effect.Allow : Effect.Deny);
        EffectOf(policy, Tunnel("other.example", 443), Labels.Private).ShouldBe(Effect.Allow);
    }

    [Fact]
    public void Without_a_declared_host_nothing_is_reached() =>
        EffectOf(
                Policy.Compile(Load("  places: { private: { hosts: [ours] } }")),
                Tunnel("wiki.corp.example", 443),
                Labels.Private
            )
            .ShouldBe(Effect.Deny);

    [Fact]
    public void A_manifest_puts_no_host_into_the_places_of_a_baseline_that_declares_its_own()
    {
        const string Above =
            "apiVersion: bartizan/v1\ntrust:\n  hosts: [{ host: wiki.corp.example, place: ours }]\n  places: { private: { hosts: [ours] } }\n";
        var policy = Policy.Compile(
            Load("  hosts: [{ host: evil.example, place: ours }]\n  places: { private: { hosts: [ours, eu] } }", Above)
        );

        EffectOf(policy, Tunnel("evil.example", 443), Labels.Private).ShouldBe(Effect.Deny);
        EffectOf(policy, Tunnel("wiki.corp.example", 443), Labels.Private).ShouldBe(Effect.Deny);
        var own = Policy.Compile(Load("  hosts: [{ host: evil.example, place: ours }]", Above));
        EffectOf(own, Tunnel("evil.example", 443), Labels.Private).ShouldBe(Effect.Deny);
        EffectOf(own, Tunnel("wiki.corp.example", 443), Labels.Private).ShouldBe(Effect.Allow);
    }

    [Fact]
    public void A_refusal_says_where_the_content_stays()
    {
        var decision = Policy
            .Compile(Load(Confined))
            .Screen(Tunnel("other.example", 443), new Circumstances { Now = default, Labels = Labels.Private });

        decision.Reason.ShouldContain("which stays in ours, eu");
    }

    [Theory]
    [InlineData("{ private: { hosts: [ours] } }", "{ private: { hosts: [ours, eu] } }", true)]
    [InlineData("{ private: { hosts: [ours, eu] } }", "{ private: { hosts: [ours] } }", false)]
    [InlineData("{ private: { hosts: [ours] } }", "{ private: { servers: [ours] } }", false)]
    [InlineData("{ private: { hosts: [ours], servers: [ours] } }", "{ private: { servers: [ours, eu] } }", true)]
    [InlineData("{ untrusted: { hosts: [ours] } }", "{ private: { hosts: [ours] } }", false)]
    [InlineData("{ private: { hosts: [ours], models: [ours] } }", "{ private: [ours] }", true)]
    [InlineData("{ private: { hosts: [ours] } }", "{ private: [ours] }", false)]
    public void Fewer_places_are_narrower(string first, string second, bool isNarrower) =>
        (
            NarrowingProof
                .Of(Load($"{Hosts}\n  places: {first}"), Load($"{Hosts}\n  places: {second}"), DateTimeOffset.UnixEpoch)
                .Answer == NarrowingAnswer.Proved
        ).ShouldBe(isNarrower);

    [Fact]
    public void A_host_that_is_declared_ours_gives_more()
    {
        var less = Load(Confined);
        var more = Load(Confined.Replace("hosts:\n", "hosts:\n    - { host: evil.example, place: ours }\n"));

        NarrowingProof.Of(more, less, DateTimeOffset.UnixEpoch).Answer.ShouldNotBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(less, more, DateTimeOffset.UnixEpoch).Answer.ShouldBe(NarrowingAnswer.Proved);
        Policy.Compile(more).Digest.ShouldNotBe(Policy.Compile(less).Digest);
    }

    [Theory]
    [InlineData("  hosts: [{ host: \"https://a.example\", place: ours }]", "is no host")]
    [InlineData("  hosts: [{ host: \"10.0.0.*\", place: ours }]", "wildcard in an address")]
    [InlineData("  hosts: [{ host: \"a.example:0\", place: ours }]", "port")]
    [InlineData("  hosts: [{ host: a.example }]", "place")]
    [InlineData("  places: { private: { host: [ours] } }", "host")]
    [InlineData("  places: { private: { hosts: [] } }", "hosts")]
    public void What_can_t_be_held_is_an_error(string trust, string says) =>
        ManifestLoader
            .Load(Text(trust), "agent.yaml", _ => null)
            .Errors.ShouldContain(error => error.Message.Contains(says, StringComparison.Ordinal));

    private static Effect EffectOf(Policy policy, ActionTarget target, Labels? labels) =>
        policy.Screen(target, new Circumstances { Now = DateTimeOffset.UnixEpoch, Labels = labels }).Effect;

    private static ConnectTarget Tunnel(string name, int port)
    {
        HostName.TryParse(name, out var host, out _).ShouldBeTrue();
        return new ConnectTarget(host, port);
    }

    private static HttpTarget Request(string name)
    {
        HostName.TryParse(name, out var host, out _).ShouldBeTrue();
        return new HttpTarget("POST", "https", host, 443, "/v1beta/models/far-1:generateContent");
    }

    private static Manifest Load(string trust, string? baseline = null)
    {
        var load = ManifestLoader.Load(
            Text(trust, baseline is null ? "" : "extends: ./above.yaml"),
            "agent.yaml",
            _ => baseline
        );
        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        return load.Manifest.ShouldNotBeNull();
    }

    private static string Text(string trust, string extends = "") =>
        $$"""
            apiVersion: bartizan/v1
            agent: places
            owner: anna@example.com
            environment: development
            {{extends}}
            models:
              here: { api: openai, url: "https://here.example/v1", place: ours }
              far: { api: gemini, url: "https://far.example/v1beta", pool: ["https://pool.far.example:8443/v1beta"], place: us }
            servers:
              vendor: { url: "https://vendor.example/mcp", place: us }
              nowhere: { url: "https://nowhere.example/mcp" }
              ours: { url: "https://ours.example/mcp", place: ours }
              offline: { command: [tool], egress: [], place: ours }
              talker: { command: [tool], egress: [chat.example], place: ours }
              mixed: { command: [tool], egress: [wiki.corp.example, "leaky.corp.example"], place: ours }
              inside: { command: [tool], egress: ["wiki.corp.example:8443"], place: ours }
              wild: { command: [tool], egress: ["*.corp.example"], place: ours }
              starred: { command: [tool], egress: ["*.corp.example", "*.example"], place: ours }
            rules:
              - { allow: "model {here,far}/**", why: "It asks models." }
              - { allow: "tool **", accept_wide: "A test.", why: "It uses tools." }
              - { allow: "http * {https,http}://**:*/**", accept_wide: "A test.", why: "It asks." }
              - { allow: "http * {https,http}://{10.0.0.7,10.0.0.8}:*/**", accept_wide: "A test.", why: "It asks." }
              - { allow: "http * {https,http}://[fd00::9]:*/**", accept_wide: "A test.", why: "It asks." }
              - { allow: "connect {10.0.0.7,10.0.0.8,[fd00::9]}:*", why: "It asks." }
              - { allow: "connect **:*", accept_wide: "A test.", why: "It asks." }
            trust:
            {{trust}}
            """;
}
