using Bartizan.Core.Approvals;

namespace Bartizan.Core.Manifests;

/// <content>Who answers an ask.</content>
internal static partial class ManifestShape
{
    private static Shape.Keys Approval =>
        new([
            Known(
                "by",
                new Shape.ListOr(new Shape.Many(_person) { Least = 1 }, _person),
                "Who may answer: people and groups. The person who started the session, when left out."
            ),
            Known("quorum", new Shape.Whole(1, ApprovalTerms.MaxQuorum), "How many of them must say yes."),
            Known("within", _time, "How long the action waits; 15 minutes when left out."),
            Known(
                "scope",
                new Shape.Text("`once`, `session` or a number of times")
                {
                    MaxLength = 16,
                    Problem = text => ApprovalScope.TryParse(text, out _) ? null : "is no scope",
                },
                "How often a yes may count at most, for equal actions of one session; once when left out."
            ),
            Known(
                "separate",
                new Shape.Many(new Shape.Choice("whose yes doesn't count", ["starter", "author"])) { Least = 1 },
                "Whose yes doesn't count: `starter`, who started the session; `author`, who wrote the manifest."
            ),
        ]);
}
