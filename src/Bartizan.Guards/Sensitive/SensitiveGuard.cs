using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Finds credentials by their shapes and checksums, and personal data by check digits and form. Names and postal addresses it doesn't
/// find.
/// </summary>
public static class SensitiveGuard
{
    /// <summary>Changes whenever its findings may.</summary>
    public const string Version = "1";

    /// <summary>Adds what is found in a text.</summary>
    internal static void Find(TextViews views, FoundList found)
    {
        foreach (var view in views.All)
        {
            // Words put together from letters, or turned around, make numbers and tokens of what is none.
            if (view.Coding is Coding.Words or Coding.Rot13 or Coding.Reversed)
            {
                continue;
            }

            SecretScan.Find(view, found);
            NumberScan.Find(view, found);
            ContactScan.Find(view, found);
            DocumentScan.Find(view, found);
        }
    }
}
