using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>Databases, as files say them, and two of them compared.</summary>
public sealed class DatabaseSectionTests
{
    private const string Plain =
        "  - allow: tool shop/select\n    args: { sql: { sql: read, tables: [orders] } }\n    why: Orders.\n";

    [Theory]
    [InlineData("tool */select")]
    [InlineData("tool sh*/**")]
    [InlineData("tool s*/{select,copy}")]
    public void A_rule_for_whatever_server_there_is_grants_no_statement_and_the_author_is_told(string pattern)
    {
        var load = Load("postgres://b@db.example/d", $"{Plain}  - allow: {pattern}\n    why: Everything that reads.\n");

        load.Errors.ShouldBeEmpty();
        load.Warnings.ShouldContain(w =>
            w.Message.Contains("says nothing of tables: it grants no statement in `shop`", StringComparison.Ordinal)
        );
        Load("postgres://b@db.example/d", Plain)
            .Warnings.ShouldNotContain(w => w.Message.Contains("says nothing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("postgres://super@db.example/d")]
    [InlineData("postgres://b@db.example/other")]
    [InlineData("postgres://b@db.example:5433/d")]
    public void Another_role_at_the_same_address_is_more(string url)
    {
        var (one, other) = (Load("postgres://b@db.example/d", Plain).Manifest!, Load(url, Plain).Manifest!);

        NarrowingProof.Of(one, other, Rules.Now).Answer.ShouldNotBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(other, one, Rules.Now).Answer.ShouldNotBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(other, other, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    private static ManifestLoad Load(string url, string rules) =>
        ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: a
            version: 1
            owner: tests@example.com
            environment: development
            databases:
              shop: { url: "{{url}}", with: key }
            credentials:
              key: { from: "vault:shop/key" }
            rules:
            """
                + "\n"
                + rules,
            "agent.yaml",
            _ => null
        );
}
