using System.Collections.Immutable;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Timelines;

/// <summary>One thing that happened in a session: an intent with its outcome, or any other entry by itself.</summary>
/// <param name="Row">The entry; of a granted action, its intent.</param>
/// <param name="Outcome">How a granted action ended; null while it isn't known.</param>
/// <param name="Payloads">Payloads of both.</param>
public sealed record TimelineRow(EntryRow Row, EntryRow? Outcome, ImmutableArray<TimelinePayload> Payloads);
