namespace Bartizan.Gateway.Inbound;

/// <summary>What guards hold of callers' answers is as much as it may be, all together or of this caller.</summary>
internal sealed class NoRoomException() : Exception("there is no room to hold its answer");
