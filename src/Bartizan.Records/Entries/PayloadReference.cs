using Bartizan.Core.Enforcement;
using Bartizan.Core.Retention;

namespace Bartizan.Records.Entries;

/// <summary>What a leaf says of a payload that lies beside the tree.</summary>
/// <param name="Role">As in the entry.</param>
/// <param name="MediaType">As in the entry.</param>
/// <param name="Size">Its whole size in bytes.</param>
/// <param name="Kept">How much of it was kept; less than <paramref name="Size"/> when it was too long.</param>
/// <param name="Commitment">HMAC-SHA256 of what was kept, under a random salt that is sealed with it.</param>
/// <param name="Reference">Where it lies in the session's payload file.</param>
public sealed record PayloadReference(
    string Role,
    string MediaType,
    long Size,
    long Kept,
    Digest Commitment,
    long Reference
)
{
    /// <summary>Their class, as their entry has it: a leaf doesn't say it twice.</summary>
    public PayloadClass Class { get; init; }
}
