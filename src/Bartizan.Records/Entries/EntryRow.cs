using System.Collections.Immutable;
using Bartizan.Core.Entries;

namespace Bartizan.Records.Entries;

/// <summary>An entry as it was read back.</summary>
/// <param name="Index">Its place in the log.</param>
/// <param name="Stamp">What the journal added.</param>
/// <param name="Entry">The entry; its payloads' content stays beside the tree.</param>
/// <param name="Payloads">What the leaf says of its payloads.</param>
public sealed record EntryRow(long Index, EntryStamp Stamp, Entry Entry, ImmutableArray<PayloadReference> Payloads);
