namespace Bartizan.Core.Manifests;

/// <summary>What may stand in <c>servers</c>.</summary>
internal static partial class ManifestShape
{
    private static Shape.Keys Server =>
        new([
            Known("url", _url, "The address of its Streamable HTTP endpoint."),
            Known(
                "command",
                new Shape.Many(_any) { Least = 1 },
                "The command of a stdio server; it gets a sandbox of its own."
            ),
            Known("with", _name, "The credential that is injected, by its name in `credentials`."),
            Known("ca", _path, "A PEM file with the authority of a private server."),
            Known(
                "egress",
                new Shape.Many(ReachedHost),
                "The hosts that a stdio server may reach by TLS; none when empty."
            ),
            Known("place", _any, "Where what it is told goes, for `trust: places`."),
            Known(
                "variables",
                new Shape.Named(Variable, new Shape.Text("a value") { MaxLength = 4096, Private = true }),
                "Variables of a stdio server's process."
            ),
            Known(
                "credentials",
                new Shape.Named(Variable, _name),
                "Credentials that a stdio server gets, by variable."
            ),
            Known(
                "workspace",
                new Shape.Choice("how it sees the workspace", ["read-only", "read-write"]),
                "How a stdio server sees the run's workspace; without it, not at all."
            ),
            Known(
                "undo",
                new Shape.Named(ToolOfServer, Undo),
                "What would take a call of a tool back, by the tool; shown by `log show`, made by nobody."
            ),
        ])
        {
            ExactlyOne = ["url", "command"],
        };

    private static Shape.Keys Undo =>
        new([
            Required("tool", ToolOfServer, "The tool of the same server that takes it back."),
            Known("args", new Shape.Named(_argument, Place), "Its arguments: where the value of each stands."),
        ]);

    private static Shape.Text ToolOfServer =>
        new("a tool's name")
        {
            MaxLength = 128,
            Expression = "^[A-Za-z0-9_./-]+$",
            Problem = text =>
                text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '/' or '-')
                    ? null
                    : "is no tool's name",
        };

    private static Shape.Text Place =>
        new("`args/…` or `result/…`, a place in the call's arguments or in its result")
        {
            MaxLength = 256,
            Expression = "^(args|result)/",
            Problem = text => ToolUndo.IsPlace(text) ? null : "is no place in a call's arguments or result",
        };

    private static Shape.Text ReachedHost =>
        new("a host as `name` or `name:port`, `*` for one label")
        {
            MaxLength = 260,
            Expression = @"^[A-Za-z0-9*][A-Za-z0-9.*-]*(:[0-9]{1,5})?$",
            Problem = text =>
                text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '*' or '-' or ':')
                && text.Count(c => c == ':') <= 1
                    ? null
                    : "is no host",
        };
}
