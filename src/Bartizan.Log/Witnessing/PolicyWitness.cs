namespace Bartizan.Log.Witnessing;

/// <summary>A witness that a policy names.</summary>
/// <param name="Name">Its name within the policy.</param>
/// <param name="Key">Its key.</param>
/// <param name="Url">Its submission prefix; null when the policy is only for verifying.</param>
public sealed record PolicyWitness(string Name, CosignatureVerifier Key, Uri? Url);
