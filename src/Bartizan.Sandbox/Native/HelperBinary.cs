namespace Bartizan.Sandbox.Native;

/// <summary>Where the C helper is: beside this program.</summary>
internal static class HelperBinary
{
    /// <summary>Its path.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "bartizan-helper");
}
