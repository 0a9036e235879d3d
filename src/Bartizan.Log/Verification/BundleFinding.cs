namespace Bartizan.Log.Verification;

/// <summary>What a bundle says beside the segment that it was made from.</summary>
/// <param name="Problem">Why it can't be read; empty when it can.</param>
/// <param name="IsFound">Whether it holds the entries found in the segment.</param>
/// <param name="IsTile">Whether it holds the entries whose hashes the tile has.</param>
internal sealed record BundleFinding(string Problem, bool IsFound, bool IsTile)
{
    /// <summary>The entries themselves came from the bundle, or none is needed.</summary>
    public static BundleFinding None { get; } = new("", IsFound: true, IsTile: true);
}
