using System.Text;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>What a manifest declares would take a tool's call back, and what becomes of it for one call.</summary>
public sealed class ToolUndoTests
{
    private const string Head = """
        apiVersion: bartizan/v1
        agent: a
        rules:
          - allow: tool git/create_branch
            why: It drafts.
        servers:
          git:
            url: "https://git.example/mcp"
            undo:

        """;

    [Fact]
    public void It_is_read_from_the_server()
    {
        var load = ManifestLoader.Load(
            Head + "      create_branch: { tool: delete_branch, args: { name: args/name, sha: result/sha } }\n",
            "agent.yaml",
            _ => null
        );

        load.Errors.ShouldBeEmpty();
        var undo = load.Manifest!.Servers["git"].Undo["create_branch"];
        undo.Tool.ShouldBe("delete_branch");
        undo.Arguments.ShouldBe(
            new Dictionary<string, string> { ["name"] = "args/name", ["sha"] = "result/sha" },
            ignoreOrder: true
        );
    }

    [Theory]
    [InlineData("create_branch: { args: { name: args/name } }", "tool")]
    [InlineData("create_branch: { tool: delete_branch, args: { name: name } }", "is no place in a call's arguments")]
    [InlineData("create_branch: { tool: delete_branch, args: { name: args } }", "is no place in a call's arguments")]
    [InlineData(
        "create_branch: { tool: delete_branch, args: { name: args/a~2 } }",
        "is no place in a call's arguments"
    )]
    [InlineData("create_branch: { tool: \"delete branch\" }", "is no tool's name")]
    [InlineData("create_branch: { tool: delete_branch, when: always }", "when")]
    public void What_says_nothing_that_could_be_written_down_is_an_error(string undo, string says)
    {
        var load = ManifestLoader.Load($"{Head}      {undo}\n", "agent.yaml", _ => null);

        load.Errors.ShouldContain(error => error.Message.Contains(says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"structuredContent":{"id":7,"of":["x","y"]}}""", """{"id":7,"name":"b","second":"y"}""", "")]
    [InlineData(
        """{"content":[{"type":"text","text":"{\"id\":7,\"of\":[1,2]}"}]}""",
        """{"id":7,"name":"b","second":2}""",
        ""
    )]
    [InlineData("""{"content":[{"type":"text","text":"done"}]}""", """{"name":"b"}""", "result/id,result/of/1")]
    [InlineData(
        """{"content":[{"type":"text","text":"{\"id\":7}"},{"type":"text","text":"x"}]}""",
        """{"name":"b"}""",
        "result/id,result/of/1"
    )]
    [InlineData("""{"structuredContent":{"id":null}}""", """{"id":null,"name":"b"}""", "result/of/1")]
    [InlineData("""["id"]""", """{"name":"b"}""", "result/id,result/of/1")]
    public void Its_arguments_are_taken_from_the_call_and_its_result_and_what_is_nowhere_is_named(
        string result,
        string arguments,
        string missing
    )
    {
        var undo = new ToolUndo(
            "delete",
            ManifestOf(("name", "args/branch~1name"), ("id", "result/id"), ("second", "result/of/1"))
        );

        var call = JsonElement.Parse(
            Encoding.UTF8.GetString(
                undo.CallFor("git", JsonElement.Parse("""{"branch/name":"b"}"""), JsonElement.Parse(result))
            )
        );

        call.GetProperty("tool").GetString().ShouldBe("git/delete");
        JsonElement
            .DeepEquals(call.GetProperty("arguments"), JsonElement.Parse(arguments))
            .ShouldBeTrue(call.ToString());
        var places = call.TryGetProperty("missing", out var list)
            ? string.Join(',', list.EnumerateArray().Select(place => place.GetString()))
            : "";
        places.ShouldBe(missing);
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> ManifestOf(
        params (string Name, string Place)[] arguments
    ) =>
        System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            arguments.Select(a => KeyValuePair.Create(a.Name, a.Place))
        );
}
