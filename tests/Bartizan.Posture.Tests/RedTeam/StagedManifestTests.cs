using Bartizan.Core.Manifests;
using Bartizan.Posture.RedTeam;

namespace Bartizan.Posture.Tests.RedTeam;

public sealed class StagedManifestTests
{
    private const string Text = """
        apiVersion: bartizan/v1
        agent: own
        version: 1
        owner: me@example.com
        environment: development
        models:
          main: { api: anthropic, url: "https://api.example.com", with: key }
        servers:
          mail: { url: "https://mail.example.com/mcp", with: key }
          shell: { command: [rm, -rf, /] }
        credentials:
          key: { from: env:KEY }
        rules:
          - allow: model main/**
            why: a
          - allow: tool mail/*
            why: b
        trust:
          untrusted: [tool mail/read]
          consequential:
            - { tool: mail/send, targets: [to] }
        """;

    private static readonly Uri s_stage = new("http://127.0.0.1:4711/");

    [Fact]
    public void Every_address_is_the_stages_and_no_credential_goes_anywhere()
    {
        var staged = StagedManifest.Write(Text, "agent.yaml", ["mail"], s_stage);

        var load = ManifestLoader.Load(staged, "agent.yaml", _ => null);
        load.Errors.ShouldBeEmpty();
        staged.ShouldContain("http://127.0.0.1:4711/tools/mail");
        staged.ShouldContain("http://127.0.0.1:4711/model");
        staged.ShouldNotContain("example.com/mcp");
        staged.ShouldNotContain("api.example.com");
        staged.ShouldNotContain("rm");
        staged.ShouldNotContain("with:");
    }

    [Fact]
    public void Rules_and_flow_stay_as_they_are()
    {
        var own = ManifestLoader.Load(Text, "agent.yaml", _ => null).Manifest!;

        var staged = ManifestLoader
            .Load(StagedManifest.Write(Text, "agent.yaml", ["mail"], s_stage), "agent.yaml", _ => null)
            .Manifest!;

        staged
            .Layers.SelectMany(l => l.Rules)
            .Select(r => r.Text)
            .ShouldBe(own.Layers.SelectMany(l => l.Rules).Select(r => r.Text));
        staged.Trust.Sources.Select(s => s.Pattern).ShouldBe(own.Trust.Sources.Select(s => s.Pattern));
    }

    [Fact]
    public void A_baseline_is_found_where_the_manifest_stands()
    {
        var staged = StagedManifest.Write(
            Text.Replace("environment:", "extends: ./base.yaml\nenvironment:", StringComparison.Ordinal),
            "/etc/agents/agent.yaml",
            ["mail"],
            s_stage
        );

        staged.ShouldContain("extends: /etc/agents/base.yaml");
    }

    [Fact]
    public void A_server_that_the_manifest_lacks_is_said() =>
        Should
            .Throw<SuiteException>(() => StagedManifest.Write(Text, "agent.yaml", ["bank"], s_stage))
            .Message.ShouldContain("calls the server `bank`, which `agent.yaml` doesn't have");
}
