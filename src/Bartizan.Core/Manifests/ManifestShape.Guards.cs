namespace Bartizan.Core.Manifests;

/// <summary>What is taken out of requests to a model.</summary>
internal static partial class ManifestShape
{
    private static Shape.Choice ModelAction => new("what is done about it", ["block", "redact", "report"]);

    private static Shape.Keys ModelGuards =>
        new([
            Known("personal_data", ModelAction, "Personal data."),
            Known(
                "secrets",
                ModelAction,
                "Credentials; in the place of what `output.secrets` says of requests to a model."
            ),
            Known("internals", ModelAction, "Names and addresses of the inside, paths of a host, stack traces."),
            Known(
                "restore",
                new Shape.Choice("`true` or `false`", ["true", "false"]),
                "Whether what was taken out comes back in the model's answers to this session; `false` unless said."
            ),
        ]);
}
