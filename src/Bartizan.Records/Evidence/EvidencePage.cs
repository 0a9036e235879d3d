using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Records.Evidence;

/// <summary>
/// The page that verifies a bundle in a browser: one file, no network. Its policy lets run exactly one script, named by its hash;
/// what entries say is put in as text, after it was put in as JSON without a <c>&lt;</c>.
/// </summary>
internal static class EvidencePage
{
    private static readonly string s_page = Load("page.html");
    private static readonly string s_script = Load("page.js");
    private static readonly string s_style = Load("page.css");

    /// <summary>The page of a document.</summary>
    /// <param name="json">The document, escaped as <see cref="EvidenceDocument.Json"/> does.</param>
    public static string Make(string json) =>
        s_page
            .Replace("{SCRIPT-HASH}", Hash(s_script), StringComparison.Ordinal)
            .Replace("{STYLE-HASH}", Hash(s_style), StringComparison.Ordinal)
            .Replace("{STYLE}", s_style, StringComparison.Ordinal)
            .Replace("{SCRIPT}", s_script, StringComparison.Ordinal)
            // Last: nothing in it is a place to put something.
            .Replace("{EVIDENCE}", json, StringComparison.Ordinal);

    private static string Hash(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Load(string name)
    {
        using var stream = typeof(EvidencePage).Assembly.GetManifestResourceStream($"evidence/{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
