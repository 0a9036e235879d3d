namespace Bartizan.Log.Pruning;

/// <summary>
/// What a leaf of the log says of a prune, before anything is removed: the tree commits to it like to every other leaf, so that nobody
/// can say afterwards that entries were pruned which the log never gave up.
/// </summary>
/// <param name="First">The minimum index before.</param>
/// <param name="Minimum">The minimum index from now on; a multiple of 256.</param>
/// <param name="Size">How many entries the checkpoint of the archive covers.</param>
/// <param name="Root">The root of the tree of the first <paramref name="Minimum"/> entries, in hexadecimal.</param>
/// <param name="Archive">SHA-256 of the archive that holds what went, in hexadecimal.</param>
public sealed record PruneRecord(long First, long Minimum, long Size, string Root, string Archive);
