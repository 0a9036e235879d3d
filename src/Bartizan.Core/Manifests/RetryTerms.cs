namespace Bartizan.Core.Manifests;

/// <summary>
/// How often and how long a call of a model is tried again where its upstream can't be reached or says that it has too much to do
/// (429, 503, 529): nothing was done then, and nothing is charged. Never once a byte of an answer has gone to the client.
/// </summary>
/// <param name="Tries">Tries of one call, the first one included.</param>
/// <param name="Within">How long after the first one a further one may begin.</param>
public sealed record RetryTerms(int Tries, TimeSpan Within)
{
    /// <summary>Tries of one call: who hammers an overloaded provider only makes it worse.</summary>
    public const int MaxTries = 10;

    /// <summary>When only <c>retry</c> or a pool stands there.</summary>
    public static RetryTerms Usual { get; } = new(3, TimeSpan.FromMinutes(1));
}
