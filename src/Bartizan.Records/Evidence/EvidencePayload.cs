namespace Bartizan.Records.Evidence;

/// <summary>One payload of a bundle.</summary>
/// <param name="Entry">Its entry's index.</param>
/// <param name="Place">Which of the entry's payloads, from 0.</param>
/// <param name="Role">Its role.</param>
/// <param name="State"><c>included</c>, <c>withheld</c>, <c>erased</c>, <c>missing</c>, <c>locked</c> or <c>changed</c>.</param>
/// <param name="Content">The 32 bytes of salt and what was kept of the content, when included.</param>
public sealed record EvidencePayload(long Entry, int Place, string Role, string State, byte[]? Content = null)
{
    /// <summary>The state of one that is here.</summary>
    public const string Included = "included";

    /// <summary>The state of one that the exporter left out.</summary>
    public const string Withheld = "withheld";
}
