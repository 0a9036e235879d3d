namespace Bartizan.Log.Witnessing;

/// <summary>What a witness answers (C2SP tlog-witness): an HTTP status, a type and a body.</summary>
/// <param name="Status">200, 400, 403, 404, 409 or 422.</param>
/// <param name="ContentType">The body's type.</param>
/// <param name="Body">Signature lines for 200; the size that it knows for 409; a sentence else.</param>
public sealed record WitnessAnswer(int Status, string ContentType, string Body)
{
    /// <summary>The type of a 409's body.</summary>
    public const string SizeType = "text/x.tlog.size";

    internal static WitnessAnswer Cosigned(Cosignature cosignature) => new(200, "text/plain", $"{cosignature.Line}\n");

    internal static WitnessAnswer Conflict(long size) =>
        new(409, SizeType, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{size}\n"));

    internal static WitnessAnswer Refused(int status, string why) => new(status, "text/plain", $"{why}\n");
}
