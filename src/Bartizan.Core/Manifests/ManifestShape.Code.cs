namespace Bartizan.Core.Manifests;

/// <summary>What may stand in <c>code</c>, and the limits of any sandbox.</summary>
internal static partial class ManifestShape
{
    private static Shape.Keys Code =>
        new([
            Required(
                "languages",
                new Shape.Named(Language, new Shape.Many(new Shape.Text("a word") { MaxLength = 4096 }) { Least = 1 }),
                "The languages that code may be in, each with the command that runs a file of it: `python: [python3]`."
            ),
            Known(
                "isolation",
                new Shape.Choice("an isolation backend", ["bubblewrap", "oci"]),
                "What the sandbox of a call is made of; as the agent's own when nothing is said."
            ),
            Known(
                "image",
                PinnedImage,
                "With `isolation: oci`: the image, by its digest; the agent's own when nothing is said."
            ),
            Known(
                "workspace",
                new Shape.Choice("how code sees the workspace", ["read-only"]),
                "How code sees the run's workspace; without it, not at all: it starts in an empty folder."
            ),
            Known("egress", new Shape.Many(ReachedHost), "The hosts that code may reach by TLS; none when empty."),
            Known("place", _any, "Where what code is told goes, for `trust: places`."),
            Known(
                "output",
                _size,
                "What a result holds of standard output and of standard error, each; 64KiB if not said."
            ),
            Known(
                "limits",
                SandboxLimits,
                "What one call may use of the host; far less than an agent when nothing is said."
            ),
        ]);

    private static Shape.Text Language =>
        new("a language's name of small letters, digits, `_`, `+` and `-`")
        {
            MaxLength = 32,
            Expression = "^[a-z][a-z0-9_+-]*$",
            Problem = text =>
                char.IsAsciiLetterLower(text[0])
                && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '+' or '-')
                    ? null
                    : "is no language's name",
        };

    private static Shape.Keys SandboxLimits =>
        new([
            Known("cpu", new Shape.Number(0.01, 1024), "Processors; may be a fraction."),
            Known("memory", _size, "Memory, page cache and tmpfs included."),
            Known("processes", new Shape.Whole(1, 1_000_000), "Processes and threads."),
            Known("disk", _size, "Bytes of any one file, of /tmp and of the home."),
            Known("wall_clock", _time, "From start to kill."),
        ]);
}
