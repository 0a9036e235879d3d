using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>Demands that an argument be a query, a filter or markup, compared between two manifests.</summary>
public sealed class ParsedArgumentTests
{
    [Theory]
    [InlineData("q: { sql: read, tables: [a, b], rows: 5 }", "q: { rows: 5, tables: [b, a], sql: read }")]
    [InlineData("q: { sql: read, max_length: 50 }", "q: { sql: read, max_length: 100 }")]
    [InlineData("f: { operators: [in] }", "f: { operators: [in] }")]
    [InlineData("b: { html: none }", "b: { html: none }")]
    public void What_asks_for_the_same_is_narrower(
        string a,
        string b,
        NarrowingAnswer answer = NarrowingAnswer.Proved
    ) => Prove(a, b).ShouldBe(answer);

    [Theory]
    [InlineData("q: { max_length: 100 }", "q: { sql: read, max_length: 100 }")]
    [InlineData("q: { sql: read, tables: [a, b] }", "q: { sql: read, tables: [a] }")]
    [InlineData("q: { sql: read, rows: 6 }", "q: { sql: read, rows: 5 }")]
    [InlineData("q: { sql: read, functions: [f] }", "q: { sql: read }")]
    [InlineData("f: { operators: [in, ne] }", "f: { operators: [in] }")]
    [InlineData("b: { html: formatting }", "b: { html: none }")]
    [InlineData(
        "q: { sql: write, tables: [a], columns: [id, sets, status] }",
        "q: { sql: write, tables: [a], columns: [id], sets: [status] }"
    )]
    [InlineData(
        "q: { sql: write, tables: [a], columns: [id], sets: [status] }",
        "q: { sql: write, tables: [a], columns: [id, sets, status] }"
    )]
    [InlineData(
        "q: { sql: read, tables: [a], functions: [columns, id, name] }",
        "q: { sql: read, tables: [a], columns: [id, name] }"
    )]
    [InlineData("q: { sql: read, tables: [a, functions, f] }", "q: { sql: read, tables: [a], functions: [f] }")]
    [InlineData("q: { sql: read, tables: [a], functions: [write] }", "q: { sql: write, tables: [a] }")]
    [InlineData("q: { sql: write, tables: [a] }", "q: { sql: read, tables: [a], functions: [write] }")]
    [InlineData(
        "q: { sql: read, tables: [a], columns: [operators, in] }",
        "q: { sql: read, tables: [a], columns: [in] }"
    )]
    [InlineData("f: { operators: [html, None] }", "f: { operators: [], html: none }")]
    public void What_asks_for_less_is_never_proved_narrower(string a, string b) =>
        Prove(a, b).ShouldNotBe(NarrowingAnswer.Proved);

    [Theory]
    [InlineData(
        "q: { sql: write, tables: [a], columns: [id], sets: [status] }",
        "q: { sql: write, tables: [a], columns: [id, sets, status] }"
    )]
    [InlineData(
        "q: { sql: read, tables: [a], columns: [id, name] }",
        "q: { sql: read, tables: [a], functions: [columns, id, name] }"
    )]
    public void What_an_author_names_like_a_demand_is_no_demand(string a, string b) =>
        Policy.Compile(Load(a)).Digest.ShouldNotBe(Policy.Compile(Load(b)).Digest);

    private static NarrowingAnswer Prove(string a, string b) => NarrowingProof.Of(Load(a), Load(b), Rules.Now).Answer;

    private static Manifest Load(string argument)
    {
        var load = ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: a
            version: 1
            owner: tests@example.com
            environment: development
            servers:
              db: { url: "http://127.0.0.1:1/mcp" }
            rules:
              - allow: tool db/query
                args: { {{argument}} }
                why: The query of this test.
            """,
            "agent.yaml",
            _ => null
        );
        load.Errors.ShouldBeEmpty();
        return load.Manifest!;
    }
}
