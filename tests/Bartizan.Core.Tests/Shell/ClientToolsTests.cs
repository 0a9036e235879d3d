using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Shell;

namespace Bartizan.Core.Tests.Shell;

public sealed class ClientToolsTests
{
    [Theory]
    [InlineData("claude-code", "Bash", """{"command":"cd a && rm b"}""", "exec cd a;exec rm b;write workspace/a/b")]
    [InlineData("claude-code", "Read", """{"file_path":"/workspace/a"}""", "read workspace/a")]
    [InlineData("claude-code", "Grep", """{"pattern":"x"}""", "read workspace")]
    [InlineData("claude-code", "Edit", """{"file_path":"/workspace/../etc/x"}""", "write /etc/x")]
    [InlineData("claude-code", "WebFetch", """{"url":"https://a.example/x"}""", "connect a.example:443")]
    [InlineData("claude-code", "mcp__github__get_issue", "{}", "tool github/get_issue")]
    [InlineData("claude-code", "mcp__git_hub__a__b", "{}", "tool git_hub/a__b")]
    [InlineData(
        "codex",
        "shell",
        """{"command":["bash","-lc","rm x"],"workdir":"s"}""",
        "exec bash -lc rm x;exec rm x;write workspace/s/x"
    )]
    [InlineData("codex", "local_shell", """{"action":{"command":["ls"],"working_directory":"/tmp"}}""", "exec ls")]
    [InlineData("codex", "exec_command", """{"cmd":"ls"}""", "exec ls")]
    [InlineData(
        "codex",
        "apply_patch",
        """{"input":"*** Begin Patch\n*** Update File: a/b\n*** Move to: c\n*** End Patch"}""",
        "write workspace/a/b;write workspace/c"
    )]
    [InlineData("gemini", "run_shell_command", """{"command":"ls"}""", "exec ls")]
    [InlineData("gemini", "mcp_files_read", "{}", "tool files/read")]
    [InlineData("gemini", "tool_call", """{"name":"run_shell_command","arguments":{"command":"id"}}""", "exec id")]
    [InlineData("generic", "read", """{"filePath":"a"}""", "read workspace/a")]
    [InlineData(
        "generic",
        "apply_patch",
        """{"patchText":"*** Add File: a","input":"*** Add File: b"}""",
        "write workspace/b;write workspace/a"
    )]
    [InlineData("generic", "github__get_issue", "{}", "tool github/get_issue")]
    [InlineData("somebody-else", "bash", """{"command":"id"}""", "exec id")]
    public void A_call_is_the_same_action_whatever_the_client_calls_it(
        string client,
        string name,
        string arguments,
        string actions
    )
    {
        var read = Read(client, name, arguments);
        string.Join(';', read.Actions.Select(a => $"{a.Target.Verb.ToString().ToLowerInvariant()} {a.Target.Text}"))
            .ShouldBe(actions);
        read.AtBest.ShouldBe(Effect.Allow);
    }

    [Theory]
    [InlineData("claude-code", "Unheard", "{}")]
    [InlineData("claude-code", "bash", """{"command":"ls"}""")]
    [InlineData("claude-code", "Bash", "{}")]
    [InlineData("claude-code", "Bash", """{"command":7}""")]
    [InlineData("claude-code", "Read", "{}")]
    [InlineData("claude-code", "Bash", "[]")]
    [InlineData("claude-code", "mcp__x", "{}")]
    [InlineData("codex", "write_stdin", """{"chars":"rm x"}""")]
    [InlineData("codex", "apply_patch", """{"input":"nothing"}""")]
    [InlineData("codex", "shell", """{"command":["rm","x"],"action":{"command":["ls"]}}""")]
    [InlineData("claude-code", "Bash", """{"action":{"command":"ls"},"command":"rm x"}""")]
    [InlineData("gemini", "tool_call", """{"name":"tool_call","arguments":{"name":"run_shell_command"}}""")]
    public void What_a_call_does_not_say_is_opaque(string client, string name, string arguments) =>
        Read(client, name, arguments).IsOpaque.ShouldBeTrue();

    [Fact]
    public void A_namespace_is_the_server()
    {
        using var arguments = JsonDocument.Parse("{}");
        ClientTools
            .Of("codex")
            .Read("get_issue", "mcp__github__", arguments.RootElement, "/workspace", Shells.Places)
            .Actions.ShouldHaveSingleItem()
            .Target.ShouldBe(new ToolTarget("github", "get_issue"));
    }

    [Fact]
    public void A_namespace_of_a_client_that_has_none_is_opaque()
    {
        using var arguments = JsonDocument.Parse("""{"file_path":"/workspace/a"}""");
        ClientTools
            .Of("claude-code")
            .Read("Read", "evil", arguments.RootElement, "/workspace", Shells.Places)
            .IsOpaque.ShouldBeTrue();
    }

    [Fact]
    public void A_tool_that_reaches_nothing_needs_no_rule() =>
        Shells
            .Decide(Read("claude-code", "TodoWrite", "{}"), Policies.Rules.Compile("deny: exec **"))
            .Effect.ShouldBe(Effect.Allow);

    [Fact]
    public void Each_client_has_its_table() =>
        ClientTools.Clients.ShouldAllBe(client => ClientTools.Of(client).GetType() == typeof(ClientTools));

    private static ShellActions Read(string client, string name, string arguments)
    {
        using var document = JsonDocument.Parse(arguments);
        return ClientTools.Of(client).Read(name, null, document.RootElement, "/workspace", Shells.Places);
    }
}
