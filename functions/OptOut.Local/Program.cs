Console.WriteLine("OptOut");
