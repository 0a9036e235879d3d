using System.Globalization;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>References between schemas (RFC 3986, RFC 6901).</summary>
internal static class SchemaUri
{
    /// <summary>Where a document that says nothing of itself is taken to be.</summary>
    public const string Nowhere = "schema:/";

    /// <summary>Resolves a reference against a base; the fragment comes apart, decoded.</summary>
    public static (string Base, string Fragment) Resolve(string from, string reference)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        var fragment = hash < 0 ? "" : Uri.UnescapeDataString(reference[(hash + 1)..]);
        var path = hash < 0 ? reference : reference[..hash];
        if (path.Length == 0)
        {
            return (from, fragment);
        }

        if (Uri.TryCreate(path, UriKind.Absolute, out var absolute) && !path.StartsWith('/'))
        {
            return (absolute.OriginalString, fragment);
        }

        return Uri.TryCreate(from, UriKind.Absolute, out var start) && Uri.TryCreate(start, path, out var resolved)
            ? (resolved.AbsoluteUri, fragment)
            : throw new SchemaException($"`{reference}` is no reference that can be followed");
    }

    /// <summary>A name as a step of a JSON Pointer.</summary>
    public static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>A step of a JSON Pointer as a name.</summary>
    public static string Unescape(string step) =>
        step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    /// <summary>A position in a list, as a JSON Pointer writes it; -1 for anything else.</summary>
    public static int Position(string step) =>
        (step == "0" || !step.StartsWith('0'))
        && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position
            : -1;
}
