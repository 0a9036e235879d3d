namespace Bartizan.Core.Manifests;

/// <content>Databases.</content>
internal static partial class ManifestShape
{
    private static Shape.Keys Database =>
        new([
            Required(
                "url",
                new Shape.Text("an address such as `postgres://bartizan@db.example.com/shop`")
                {
                    Expression = "^postgres(ql)?://[^:@/]+@",
                    Problem = ToolDatabase.FindProblem,
                },
                "Where it is, and the role that makes the sessions' roles; TLS with verification unless it is on this host and says `?sslmode=disable`."
            ),
            Required("with", _name, "The credential of that role, by its name in `credentials`; no session holds it."),
            Known("ca", _path, "A PEM file with the authority of a private server."),
            Known("ttl", _time, "How long a session's role may log in before it is renewed; 15m when left out."),
            Known("max_ttl", _time, "Until when it is renewed at most; 24h when left out."),
            Known("place", _any, "Where what it is told goes, for `trust: places`."),
        ]);
}
