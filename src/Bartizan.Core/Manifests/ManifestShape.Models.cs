namespace Bartizan.Core.Manifests;

/// <content>The upstreams of models.</content>
internal static partial class ManifestShape
{
    private static Shape.Keys Model =>
        new([
            Required(
                "api",
                new Shape.Choice("a wire format", ["anthropic", "openai", "gemini"]),
                "The wire format it speaks: `anthropic`, `openai` or `gemini`."
            ),
            Required("url", _url, "The base address."),
            Known(
                "pool",
                new Shape.Many(_url) { Least = 1 },
                "Further base addresses of the same provider: the next is tried where one can't be reached or has too much to do."
            ),
            Known(
                "retry",
                new Shape.Keys([
                    Known(
                        "tries",
                        new Shape.Whole(2, RetryTerms.MaxTries),
                        "Tries of one call, the first one included; 3 when left out."
                    ),
                    Known(
                        "within",
                        _time,
                        "How long after the first try a further one may begin; a minute when left out."
                    ),
                ]),
                "Tries a call again that can't reach its upstream or is answered 429, 503 or 529, as `retry-after` says; not when left out."
            ),
            Known("with", _name, "The credential that is injected, by its name in `credentials`."),
            Known("ca", _path, "A PEM file with the authority of a private upstream."),
            Known("place", _any, "Where the data goes: for reports, and for `trust: places`."),
        ]);
}
