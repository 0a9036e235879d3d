namespace Bartizan.Sandbox.Views;

/// <summary>How far staging is.</summary>
public sealed record StageProgress(int Entries, long Bytes);
