using Bartizan.Core.Manifests;
using Bartizan.Posture.Drafts;
using Bartizan.Posture.Inventory;

namespace Bartizan.Posture.Tests.Drafts;

/// <summary>The MCP servers that <c>init</c> finds, and what the drafted manifest says of them.</summary>
public sealed class DraftedServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bartizan-init-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Servers_of_a_workspace_are_drafted_and_every_call_is_asked()
    {
        var text = Draft(
            """
            {"mcpServers":{
              "files":{"command":"npx","args":["-y","@modelcontextprotocol/server-filesystem","/workspace"]},
              "crm":{"type":"http","url":"https://crm.example/mcp","headers":{"Authorization":"Bearer crm-31337"}},
              "tickets":{"command":"tickets","env":{"TICKETS_API_KEY":"tick-31337","LEVEL":"debug"}}
            }}
            """
        );

        text.ShouldContain(
            """files: { command: ["npx", "-y", "@modelcontextprotocol/server-filesystem", "/workspace"], egress: [] }"""
        );
        text.ShouldContain("""crm: { url: "https://crm.example/mcp", with: crm-token }""");
        text.ShouldContain("crm-token: { from: env:CRM_TOKEN }");
        text.ShouldContain("credentials: { TICKETS_API_KEY: tickets-tickets-api-key }");
        text.ShouldContain("tickets-tickets-api-key: { from: env:TICKETS_API_KEY }");
        text.ShouldContain("- ask: tool crm/*");
        text.ShouldNotContain("31337");
        text.ShouldNotContain("debug");
        Loads(text);
    }

    [Theory]
    [InlineData("""{"command":"x","args":["--token=tok-31337"]}""")]
    [InlineData("""{"command":"x","args":["--api-key","tok-31337"]}""")]
    [InlineData("""{"command":"x","args":["ghp_31337aBcDeFgHiJkLmNoPqRsTuVwXyZ"]}""")]
    [InlineData("""{"command":"x","args":["a\nrules:\n  - allow: tool ** # 31337"]}""")]
    [InlineData("""{"command":"x","args":[{"31337":1}]}""")]
    [InlineData("""{"url":"https://user:31337@crm.example/mcp"}""")]
    [InlineData("""{"url":"https://crm.example/mcp?key=31337"}""")]
    [InlineData("""{"url":"https://crm.example/s/31337aBcDeFgHiJkLmNoPqRsTuVwXyZ/mcp"}""")]
    [InlineData("""{"url":"file:///etc/31337"}""")]
    [InlineData("31337")]
    public void What_may_hold_a_secret_is_left_for_a_person(string server)
    {
        var text = Draft("""{"mcpServers":{"crm":SERVER}}""".Replace("SERVER", server));

        text.ShouldNotContain("31337");
        text.ShouldNotContain("tool crm/*");
        text.ShouldContain("are not drafted");
        Loads(text);
    }

    [Theory]
    [InlineData("a: {}\\nrules: []\\nb")]
    [InlineData("a__b")]
    [InlineData("a_")]
    [InlineData("-")]
    [InlineData("")]
    public void A_name_that_is_none_of_ours_writes_nothing_into_the_draft(string name)
    {
        var text = Draft("""{"mcpServers":{"NAME":{"url":"https://crm.example/mcp"}}}""".Replace("NAME", name));

        text.ShouldNotContain("crm.example");
        Loads(text);
    }

    [Fact]
    public void A_configuration_that_is_no_JSON_drafts_nothing() => Draft("{").ShouldNotContain("servers:");

    private string Draft(string configuration)
    {
        File.WriteAllText(Path.Combine(_folder, ".mcp.json"), configuration);
        var home = Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName;
        return ManifestDraft.Write(ExposureScan.Run(home, _folder, [], ""), "shop", "anna@example.com");
    }

    private static void Loads(string text)
    {
        var load = ManifestLoader.Load(text, "agent.yaml", Baselines.Read);
        load.Errors.ShouldBeEmpty();
        load.Warnings.ShouldBeEmpty();
    }
}
