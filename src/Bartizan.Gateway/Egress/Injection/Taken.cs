namespace Bartizan.Gateway.Egress.Injection;

/// <summary>What stood in a place of a request, and the request without it.</summary>
/// <param name="Request">The request with the place empty.</param>
/// <param name="Values">What the agent had put there, decoded.</param>
internal sealed record Taken(OutgoingRequest Request, IReadOnlyList<string> Values);
