using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Manifests;

public sealed class PolicyCaseFileTests
{
    [Fact]
    public void A_case_is_a_question_and_its_right_answer()
    {
        var file = PolicyCaseFile.Load(
            """
            manifest: other.yaml
            given: { user: alice@example.com, labels: [] }
            cases:
              - name: merging needs a person
                action: tool github/merge
                args: { base: main, count: 3, force: false, note: "3" }
                labels: [untrusted]
                expect: ask
                by: "ask: tool github/merge"
            """,
            "agent.test.yaml"
        );

        file.Errors.ShouldBeEmpty();
        file.Manifest.ShouldBe("other.yaml");
        var only = file.Cases.ShouldHaveSingleItem();
        only.Name.ShouldBe("merging needs a person");
        only.Expected.ShouldBe(Effect.Ask);
        only.By.ShouldBe("ask: tool github/merge");
        only.Position.Line.ShouldBe(4);
        only.Question.Person.ShouldBe("alice@example.com");
        only.Question.Labels.ShouldBe(Labels.Untrusted);
        only.Question.Arguments.GetProperty("count").ValueKind.ShouldBe(JsonValueKind.Number);
        only.Question.Arguments.GetProperty("force").ValueKind.ShouldBe(JsonValueKind.False);
        only.Question.Arguments.GetProperty("note").ValueKind.ShouldBe(JsonValueKind.String);
    }

    [Theory]
    [InlineData("cases: []", "at least one")]
    [InlineData("case: [{}]", "`case` is no key here")]
    [InlineData("cases:\n  - action: read workspace/a", "needs `expect`")]
    [InlineData("cases:\n  - action: read workspace/a\n    expect: maybe", "needs `expect`")]
    [InlineData("cases:\n  - expect: deny", "needs `action`")]
    [InlineData("cases:\n  - action: fly moon\n    expect: deny", "is no verb")]
    [InlineData("cases:\n  - action: read workspace/a\n    expects: deny", "`expects` is no key here")]
    [InlineData(
        "given: { users: x }\ncases:\n  - action: read workspace/a\n    expect: deny",
        "`users` is no key here"
    )]
    [InlineData("- a\n- b", "not a file of cases")]
    public void What_is_wrong_with_a_file_is_said_with_its_place(string text, string says)
    {
        var file = PolicyCaseFile.Load(text, "agent.test.yaml");

        file.Cases.ShouldBeEmpty();
        file.Errors.ShouldContain(e => e.Message.Contains(says, StringComparison.Ordinal));
        file.Errors.ShouldAllBe(e => e.Position.Line > 0 && e.Position.File == "agent.test.yaml");
    }
}
