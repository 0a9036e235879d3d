using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Bartizan.Vault.Providers.Aws;

/// <summary>
/// What AWS's Security Token Service answers, in XML: the key that it made for a role's session, or why not. Read strictly: no document
/// type, no entity, each element once.
/// </summary>
/// <param name="Key">The key.</param>
/// <param name="Ends">When it stops to count.</param>
/// <param name="Session">The role's session, by its ARN.</param>
internal sealed record StsAnswer(AwsKey Key, DateTimeOffset Ends, string Session)
{
    private static readonly XNamespace s_space = "https://sts.amazonaws.com/doc/2011-06-15/";

    /// <summary>Reads the answer to an action; null for anything else.</summary>
    public static StsAnswer? Read(ReadOnlyMemory<byte> body, string action)
    {
        try
        {
            var root = Parse(body);
            var result = root.Name == s_space + $"{action}Response" ? One(root, $"{action}Result") : null;
            var made = One(result, "Credentials");
            return
                TextOf(made, "AccessKeyId") is { } id
                && TextOf(made, "SecretAccessKey") is { } secret
                && TextOf(made, "SessionToken") is { } token
                && TextOf(One(result, "AssumedRoleUser"), "Arn") is { } session
                && TextOf(made, "Expiration") is { } ends
                && DateTimeOffset.TryParse(
                    ends,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out var until
                )
                ? new StsAnswer(new AwsKey(id, new Secret(secret), new Secret(token)), until, session)
                : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>The code of a refusal, and its words; nothing for anything else.</summary>
    public static (string Code, string Words) Refusal(ReadOnlyMemory<byte> body)
    {
        try
        {
            var root = Parse(body);
            var error = root.Name.LocalName == "ErrorResponse" ? root.Element(root.Name.Namespace + "Error") : null;
            return (
                error?.Element(error.Name.Namespace + "Code")?.Value.Trim() ?? "",
                error?.Element(error.Name.Namespace + "Message")?.Value.Trim() ?? ""
            );
        }
        catch (XmlException)
        {
            return ("", "");
        }
    }

    /// <summary>Never the secret.</summary>
    public override string ToString() => Session;

    private static XElement Parse(ReadOnlyMemory<byte> body)
    {
        using var stream = new MemoryStream(body.ToArray(), writable: false);
        using var reader = XmlReader.Create(
            stream,
            new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                MaxCharactersInDocument = ProviderHttp.MaxReplyBytes,
                IgnoreComments = true,
                IgnoreProcessingInstructions = true,
            }
        );
        return XDocument.Load(reader).Root!;
    }

    private static XElement? One(XElement? of, string name) =>
        of?.Elements(s_space + name).Take(2).ToList() is [var one] ? one : null;

    // An element with others in it isn't a text.
    private static string? TextOf(XElement? of, string name) =>
        One(of, name) is { HasElements: false } one && one.Value.Trim() is { Length: > 0 } text ? text : null;
}
