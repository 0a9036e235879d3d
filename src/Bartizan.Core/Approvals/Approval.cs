using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Approvals;

/// <summary>A person's answer to an ask. <c>default</c> refuses.</summary>
/// <param name="Granted">Whether the action may go on.</param>
/// <param name="Digest">The digest of the request that was shown.</param>
/// <param name="Person">Who answered; empty when nobody could, and then nothing is granted.</param>
/// <param name="Reason">Why not, in words.</param>
public readonly record struct Approval(bool Granted, Digest Digest, string? Person, string? Reason);
