using Bartizan.Core.Approvals;

namespace Bartizan.Core.Manifests;

/// <content>The sections below the top level.</content>
internal static partial class ManifestShape
{
    private static Shape.Many PlaceNames => new(_any) { Least = 1 };

    private static Shape.ListOr Places =>
        new(
            PlaceNames,
            new Shape.Keys([
                Known("models", PlaceNames, "Models whose `place` is one of these."),
                Known("hosts", PlaceNames, "Hosts that `hosts` puts into one of these, and no others."),
                Known(
                    "servers",
                    PlaceNames,
                    "Tool servers whose `place` is one of these, and that reach only hosts that are."
                ),
            ])
        );

    private static Shape.Keys Trust =>
        new([
            Known("untrusted", new Shape.Many(_pattern), "What taints a session as untrusted."),
            Known("private", new Shape.Many(_pattern), "What taints a session as private."),
            Known(
                "words",
                new Shape.Choice("when the user's words count", ["before_untrusted", "always"]),
                "When what the user types counts as the user's: until something untrusted was read (the default), or always, for agents that can't send a model request of their own."
            ),
            Known(
                "places",
                new Shape.Keys([
                    Known("untrusted", Places, "Of sessions that have read untrusted content."),
                    Known("private", Places, "Of sessions that have read private content."),
                    Known("secret", Places, "Of sessions that have read secrets."),
                ]),
                "Where what a session with a label has read may go: a list means models; `models`, `hosts` and `servers` say each."
            ),
            Known(
                "hosts",
                new Shape.Many(
                    new Shape.Keys([
                        Required("host", _any, "`name`, `name:port`, `*.name` or an address; every port without one."),
                        Required("place", _any, "Where they lie."),
                    ])
                ),
                "Where hosts lie, for `places`."
            ),
            Known(
                "declassify",
                new Shape.Keys([
                    Required(
                        "by",
                        new Shape.ListOr(new Shape.Many(_person) { Least = 1 }, _person),
                        "Who may take one off: people and groups."
                    ),
                    Known("quorum", new Shape.Whole(1, ApprovalTerms.MaxQuorum), "How many of them must say so."),
                    Known(
                        "within",
                        _time,
                        "How long the first of several waits for the others; 15 minutes when left out."
                    ),
                    Known(
                        "separate",
                        new Shape.Many(new Shape.Choice("whose word doesn't count", ["starter", "author"]))
                        {
                            Least = 1,
                        },
                        "Whose word doesn't count: `starter`, who started the session; `author`, who wrote the manifest."
                    ),
                ]),
                "Whose recorded word takes a label off a session. Nobody's, when left out."
            ),
            Known(
                "consequential",
                new Shape.Many(
                    new Shape.Keys([
                        Known("tool", _any, "A tool."),
                        Known("http", _any, "A request."),
                        Known("targets", new Shape.Many(_any), "The arguments that say whom or what it hits."),
                        Known(
                            "named_by",
                            new Shape.Choice("who must have named its targets", ["user", "trusted"]),
                            "Who must have named each target: the user, or a trusted source just as well (left out)."
                        ),
                        Known(
                            "outside",
                            new Shape.Choice("whether it goes outside", ["true", "false"]),
                            "Whether what it is given leaves for outside (requests do): after private content it is denied, unless the user named its targets."
                        ),
                    ])
                    {
                        ExactlyOne = ["tool", "http"],
                    }
                ),
                "What a tainted session no longer does alone."
            ),
            Known(
                "stores",
                new Shape.Many(
                    new Shape.Keys([
                        Known("write", new Shape.Many(_any) { Least = 1 }, "The tools that write into it."),
                        Known("read", new Shape.Many(_any) { Least = 1 }, "The tools that read from it."),
                        Known(
                            "key",
                            new Shape.Many(_argument) { Least = 1 },
                            "The arguments that say which of its keys; all of them, when left out."
                        ),
                    ])
                ),
                "Stores behind tools: what a tainted session writes carries its labels to whoever reads it."
            ),
            Known(
                "sequences",
                new Shape.Many(
                    new Shape.Keys([
                        Known("deny", _any, "First action -> second action."),
                        Known("ask", _any, "First action -> second action."),
                        Required("why", _why, "Why."),
                    ])
                    {
                        ExactlyOne = ["deny", "ask"],
                    }
                ),
                "What may not follow what."
            ),
        ]);
}
