namespace Bartizan.Core.Manifests;

/// <content>Decision points outside.</content>
internal static partial class ManifestShape
{
    private static Shape.Keys Consulted =>
        new([
            Known("authzen", _url, "The evaluation endpoint of an OpenID Authorization API 1.0."),
            Known("opa", _url, "A decision of the Open Policy Agent's data API: `https://host/v1/data/path`."),
            Known("on", new Shape.Many(_pattern) { Least = 1 }, "About which actions; all when left out."),
            Known("within", _time, "How long it is waited for; then the action is denied. One second when left out."),
            Required("why", _why, "Why it is asked."),
        ])
        {
            ExactlyOne = ["authzen", "opa"],
        };
}
