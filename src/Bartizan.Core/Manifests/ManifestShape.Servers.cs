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
        ])
        {
            ExactlyOne = ["url", "command"],
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
