namespace Bartizan.Log.Verification;

/// <summary>A block of 256 entries whose tile, bundle and segment don't say the same.</summary>
/// <param name="Block">Its number.</param>
/// <param name="TileThere">Whether it has a tile of level 0.</param>
/// <param name="TileIsFound">Whether that holds the hashes of the entries found.</param>
/// <param name="TileTrusted">Whether the tile above vouches for the tile rather than for the entries.</param>
/// <param name="Bundle">The bundle beside the segment, if the block needs one.</param>
internal sealed record BlockDifference(
    long Block,
    bool TileThere,
    bool TileIsFound,
    bool TileTrusted,
    BundleFinding Bundle
);
