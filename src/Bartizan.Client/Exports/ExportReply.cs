namespace Bartizan.Client.Exports;

/// <summary>The sinks that the instance now sends to.</summary>
/// <param name="Sinks">Each by itself.</param>
public sealed record ExportReply(IReadOnlyList<ExportStatus> Sinks);
