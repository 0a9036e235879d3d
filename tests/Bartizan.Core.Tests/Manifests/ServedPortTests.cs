using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>What a manifest says of an agent that answers callers from a sandbox.</summary>
public sealed class ServedPortTests
{
    private const string Command = "run: { command: [node, agent.mjs] }";

    [Fact]
    public void An_agent_in_a_sandbox_is_said_by_its_port()
    {
        var serve = Load("port: 8000", Command).Manifest!.Serve!;

        serve.Port.ShouldBe(8000);
        serve.Upstream.ShouldBeNull();
        serve.MaxSessions.ShouldBe(ServeSection.MaxSandboxesUnlessSaid);
        serve.Limits.Start.ShouldBe(TimeSpan.FromSeconds(30));
        var said = Load("port: 8000\n  sessions: { most: 100 }\n  limits: { start: 3m }", Command).Manifest!.Serve!;
        said.MaxSessions.ShouldBe(100);
        said.Limits.Start.ShouldBe(TimeSpan.FromMinutes(3));
        Load("upstream: \"http://127.0.0.1:9000\"").Manifest!.Serve!.MaxSessions.ShouldBe(256);
    }

    [Theory]
    [InlineData("port: 8000\n  upstream: \"http://127.0.0.1:9000\"", Command, "says no one place")]
    [InlineData("hosts: [a.example]", Command, "says no one place")]
    [InlineData("port: 8000", "", "`run.command` starts none")]
    [InlineData("port: 8000", "run: { client: generic }", "`run.command` starts none")]
    [InlineData("port: 8080", Command, "one of the sandbox's own ports")]
    [InlineData("port: 3128", Command, "one of the sandbox's own ports")]
    [InlineData("port: 80", Command, "1024")]
    [InlineData("port: 65536", Command, "65535")]
    [InlineData("port: 8000\n  sessions: { most: 1025 }", Command, "more than 1024")]
    [InlineData("port: 8000\n  limits: { start: 2d }", Command, "more than a day")]
    [InlineData("port: 8000", "run: { command: [node], workspace: { path: ., mode: staged } }", "changes no workspace")]
    public void What_can_not_be_served_from_a_sandbox_is_an_error(string serve, string run, string says)
    {
        var load = Load(serve, run);

        load.Manifest.ShouldBeNull();
        load.Errors.Select(e => e.Message).ShouldContain(m => m.Contains(says, StringComparison.Ordinal));
    }

    private static ManifestLoad Load(string serve, string run = "") =>
        ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: support
            version: 1
            owner: tests@example.com
            environment: development
            {{run}}
            serve:
              listen: 127.0.0.1:0
              callers: { anonymous: A test. }
              {{serve}}
            rules:
              - allow: serve POST /ask
                why: Callers ask.
            {{(
                run.Contains("staged", StringComparison.Ordinal)
                    ? "  - { allow: write workspace/**, why: A test writes. }"
                    : ""
            )}}
            """,
            "agent.yaml",
            _ => null
        );
}
