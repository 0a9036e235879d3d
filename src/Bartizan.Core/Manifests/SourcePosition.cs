namespace Bartizan.Core.Manifests;

/// <summary>A place in a file; line and column count from 1.</summary>
public readonly record struct SourcePosition(string File, int Line, int Column)
{
    /// <summary><c>file:line:column</c>.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}";
}
