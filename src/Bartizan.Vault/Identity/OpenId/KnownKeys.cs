using Bartizan.Core.Identity;

namespace Bartizan.Vault.Identity.OpenId;

/// <summary>What was last heard from a provider.</summary>
/// <param name="Provider">What it said of itself.</param>
/// <param name="Keys">Its keys.</param>
/// <param name="At">When, by the monotonic clock.</param>
internal sealed record KnownKeys(OpenIdProvider Provider, JsonWebKeys Keys, long At);
