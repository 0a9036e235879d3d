using Bartizan.Core.Enforcement;

namespace Bartizan.Sandbox.Views;

/// <summary>The canonical names that rules see of a path in the workspace.</summary>
internal sealed class FileNames(string source)
{
    public FileTarget Target(Verb verb, string path) => new(verb, Anchored(path)) { Aliases = [Absolute(path)] };

    /// <summary>A link: by its own names and by those of what it points to.</summary>
    public FileTarget Target(Verb verb, string path, string pointsTo) =>
        new(verb, [Anchored(path), Anchored(pointsTo)]) { Aliases = [Absolute(path), Absolute(pointsTo)] };

    private static string Anchored(string path) => path.Length == 0 ? "workspace" : $"workspace/{path}";

    private string Absolute(string path) =>
        path.Length == 0 ? source
        : source == "/" ? $"/{path}"
        : $"{source}/{path}";
}
