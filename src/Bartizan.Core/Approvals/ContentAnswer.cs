using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Approvals;

/// <summary>What people said of a <see cref="HeldPiece"/>.</summary>
/// <param name="Granted">Yes or no.</param>
/// <param name="Ask">The name of the ask that they answered.</param>
/// <param name="Policy">The policy that asked.</param>
public sealed record ContentAnswer(bool Granted, string Ask, Digest Policy);
